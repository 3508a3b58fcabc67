"""Names of places that news is full of."""

from __future__ import annotations

_NAMES = """
afghanistan, albania, algeria, angola, argentina, armenia, australia, austria, azerbaijan, bahamas, bahrain,
bangladesh, barbados, belarus, belgium, belize, benin, bhutan, bolivia, bosnia, botswana, brazil, brunei,
bulgaria, burkina faso, burundi, cambodia, cameroon, canada, chad, chile, china, colombia, congo, costa rica,
croatia, cuba, cyprus, czech republic, czechia, denmark, djibouti, dominican republic, ecuador, egypt, el
salvador, eritrea, estonia, eswatini, ethiopia, fiji, finland, france, gabon, gambia, georgia, germany,
ghana, greece, greenland, guatemala, guinea, guyana, haiti, honduras, hong kong, hungary, iceland, india,
indonesia, iran, iraq, ireland, israel, italy, ivory coast, jamaica, japan, jordan, kazakhstan, kenya,
kosovo, kuwait, kyrgyzstan, laos, latvia, lebanon, lesotho, liberia, libya, liechtenstein, lithuania,
luxembourg, madagascar, malawi, malaysia, maldives, mali, malta, mauritania, mauritius, mexico, moldova,
monaco, mongolia, montenegro, morocco, mozambique, myanmar, namibia, nepal, netherlands, new zealand, nicaragua,
niger, nigeria, north korea, north macedonia, norway, oman, pakistan, palestine, panama, papua new guinea,
paraguay, peru, philippines, poland, portugal, qatar, romania, russia, rwanda, samoa, saudi arabia, scotland,
senegal, serbia, sierra leone, singapore, slovakia, slovenia, somalia, south africa, south korea, south sudan,
spain, sri lanka, sudan, suriname, sweden, switzerland, syria, taiwan, tajikistan, tanzania, thailand, togo,
tonga, tunisia, turkey, turkiye, türkiye, turkmenistan, uganda, ukraine, united arab emirates, uae, united
kingdom, uk, u.k., britain, great britain, england, wales, northern ireland, united states, us, u.s., usa,
america, uruguay, uzbekistan, vanuatu, vatican, venezuela, vietnam, yemen, zambia, zimbabwe, africa, asia,
europe, middle east, latin america, gaza, west bank, crimea, kashmir, siberia, antarctica, alabama, alaska,
arizona, arkansas, california, colorado, connecticut, delaware, florida, hawaii, idaho, illinois, indiana,
iowa, kansas, kentucky, louisiana, maine, maryland, massachusetts, michigan, minnesota, mississippi, missouri,
montana, nebraska, nevada, new hampshire, new jersey, new mexico, new york, new york city, north carolina,
north dakota, ohio, oklahoma, oregon, pennsylvania, rhode island, south carolina, south dakota, tennessee,
texas, utah, vermont, virginia, west virginia, wisconsin, wyoming, puerto rico, ontario, quebec, washington,
washington dc, london, paris, berlin, rome, madrid, barcelona, vienna, brussels, geneva, zurich, amsterdam,
the hague, copenhagen, stockholm, oslo, helsinki, warsaw, prague, budapest, athens, istanbul, ankara, moscow,
kyiv, kiev, minsk, tehran, baghdad, damascus, beirut, jerusalem, tel aviv, riyadh, jeddah, doha, dubai, abu
dhabi, muscat, kabul, islamabad, karachi, lahore, delhi, new delhi, mumbai, dhaka, colombo, kathmandu,
beijing, shanghai, hong kong, taipei, seoul, pyongyang, tokyo, osaka, manila, jakarta, bangkok, hanoi, kuala
lumpur, sydney, melbourne, canberra, wellington, auckland, cairo, tripoli, tunis, algiers, khartoum, nairobi,
addis ababa, lagos, abuja, accra, johannesburg, cape town, los angeles, chicago, houston, boston, philadelphia,
atlanta, miami, dallas, seattle, san francisco, las vegas, detroit, toronto, montreal, vancouver, ottawa,
mexico city, havana, caracas, bogota, lima, quito, santiago, buenos aires, rio de janeiro, sao paulo,
brasilia, kremlin, white house, islamic republic
"""

PLACES = frozenset(name.strip() for name in _NAMES.replace("\n", " ").split(","))
"""Countries, and the cities and regions that news names often, case-folded."""
