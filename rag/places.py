"""Names of places that news is full of."""

from __future__ import annotations

_NAMES = """
afghanistan, albania, algeria, angola, argentina, armenia, australia, austria, azerbaijan, bahamas, bahrain, \n
bangladesh, barbados, belarus, belgium, belize, benin, bhutan, bolivia, bosnia, botswana, brazil, brunei,
bulgaria, \n burkina faso, burundi, cambodia, cameroon, canada, chad, chile, china, colombia, congo, costa rica,
croatia, cuba, cyprus, \n czech republic, czechia, denmark, djibouti, dominican republic, ecuador, egypt, el
salvador, eritrea, estonia, eswatini, \n ethiopia, fiji, finland, france, gabon, gambia, georgia, germany,
ghana, greece, greenland, guatemala, guinea, guyana, \n haiti, honduras, hong kong, hungary, iceland, india,
indonesia, iran, iraq, ireland, israel, italy, ivory coast, jamaica, \n japan, jordan, kazakhstan, kenya,
kosovo, kuwait, kyrgyzstan, laos, latvia, lebanon, lesotho, liberia, libya, \n liechtenstein, lithuania,
luxembourg, madagascar, malawi, malaysia, maldives, mali, malta, mauritania, mauritius, mexico, \n moldova,
monaco, mongolia, montenegro, morocco, mozambique, myanmar, namibia, nepal, netherlands, new zealand, nicaragua,
\n niger, nigeria, north korea, north macedonia, norway, oman, pakistan, palestine, panama, papua new guinea,
paraguay, peru, \n philippines, poland, portugal, qatar, romania, russia, rwanda, samoa, saudi arabia, scotland,
senegal, serbia, sierra\n leone, singapore, slovakia, slovenia, somalia, south africa, south korea, south sudan,
spain, sri lanka, sudan, suriname, \n sweden, switzerland, syria, taiwan, tajikistan, tanzania, thailand, togo,
tonga, tunisia, turkey, turkiye, türkiye, \n turkmenistan, uganda, ukraine, united arab emirates, uae, united
kingdom, uk, u.k., britain, great britain, england, wales, \n northern ireland, united states, us, u.s., usa,
america, uruguay, uzbekistan, vanuatu, vatican, venezuela, vietnam, yemen, \n zambia, zimbabwe, africa, asia,
europe, middle east, latin america, gaza, west bank, crimea, kashmir, siberia, antarctica, \n alabama, alaska,
arizona, arkansas, california, colorado, connecticut, delaware, florida, hawaii, idaho, illinois, indiana, \n
iowa, kansas, kentucky, louisiana, maine, maryland, massachusetts, michigan, minnesota, mississippi, missouri,
montana, \n nebraska, nevada, new hampshire, new jersey, new mexico, new york, new york city, north carolina,
north dakota, ohio, \n oklahoma, oregon, pennsylvania, rhode island, south carolina, south dakota, tennessee,
texas, utah, vermont, virginia, \n west virginia, wisconsin, wyoming, puerto rico, ontario, quebec, washington,
washington dc, london, paris, berlin, rome, \n madrid, barcelona, vienna, brussels, geneva, zurich, amsterdam,
the hague, copenhagen, stockholm, oslo, helsinki, warsaw, \n prague, budapest, athens, istanbul, ankara, moscow,
kyiv, kiev, minsk, tehran, baghdad, damascus, beirut, jerusalem, \n tel aviv, riyadh, jeddah, doha, dubai, abu
dhabi, muscat, kabul, islamabad, karachi, lahore, delhi, new delhi, mumbai, \n dhaka, colombo, kathmandu,
beijing, shanghai, hong kong, taipei, seoul, pyongyang, tokyo, osaka, manila, jakarta, bangkok, \n hanoi, kuala
lumpur, sydney, melbourne, canberra, wellington, auckland, cairo, tripoli, tunis, algiers, khartoum, nairobi, \n
addis ababa, lagos, abuja, accra, johannesburg, cape town, los angeles, chicago, houston, boston, philadelphia,
atlanta, \n miami, dallas, seattle, san francisco, las vegas, detroit, toronto, montreal, vancouver, ottawa,
mexico city, havana, \n caracas, bogota, lima, quito, santiago, buenos aires, rio de janeiro, sao paulo,
brasilia, kremlin, white house, \n islamic republic
"""

PLACES = frozenset(name.strip() for name in _NAMES.replace("\n", " ").split(","))
"""Countries, and the cities and regions that news names often, case-folded."""
