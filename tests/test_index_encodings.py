"""Bytes -> text: what an article without a byte order mark is written in."""

from __future__ import annotations

import pytest

from dateline.index.reading.encodings import decode

SENTENCES = {
    "English, pounds": ("cp1252", "The bridge opened on Monday. The repairs cost £3 million, the mayor said."),
    "English, quotation marks": ("cp1252", "“It’s open,” the mayor said – and the café next to it is, too."),
    "French": ("cp1252", "Le café du marché a fermé lundi. L'été dernier il était déjà à vendre."),
    "German": ("cp1252", "Der Bürgermeister eröffnete am Montag die Brücke über den Fluß."),
    "Spanish": ("cp1252", "El alcalde inauguró el puente. ¿Qué pasará mañana? Los niños esperan."),
    "Portuguese": ("cp1252", "A população não esperava tanta demora na construção, após dois anos de obras."),
    "Swedish": ("cp1252", "Borgmästaren öppnade bron på måndagen efter två års arbete."),
    "Italian": ("cp1252", "Il sindaco ha riaperto il ponte lunedì. La città però aspettava già da più di due anni."),
    "Polish": ("cp1250", "Burmistrz otworzył w poniedziałek most. Mieszkańcy są zadowoleni, że mogą przejść przez rzekę."),
    "Polish, ISO": ("iso8859_2", "Burmistrz otworzył w poniedziałek most. Mieszkańcy są zadowoleni, że mogą iść."),
    "Czech": ("cp1250", "Starosta v pondělí otevřel most po dvou letech oprav. Město zaplatilo tři miliony."),
    "Turkish": ("cp1254", "Belediye başkanı pazartesi günü köprüyü yeniden açtı. Çalışmalar iki yıl sürdü."),
    "Lithuanian": ("cp1257", "Meras pirmadienį atidarė tiltą. Gyventojai džiaugiasi, kad gali pereiti upę."),
    "Russian": ("cp1251", "Мэр открыл мост в понедельник после двух лет ремонта."),
    "Greek": ("cp1253", "Ο δήμαρχος άνοιξε τη γέφυρα τη Δευτέρα μετά από δύο χρόνια εργασιών."),
    "Japanese": ("shift_jis", "橋が再開しました。市長は月曜日に語りました。"),
    "Chinese": ("gb18030", "市长星期一重新开放了大桥。工程历时两年,耗资三百万。"),
    "Korean": ("euc_kr", "시장은 월요일에 다리를 다시 열었다. 공사는 2년이 걸렸다."),
}  # fmt: skip


@pytest.mark.parametrize(("encoding", "text"), SENTENCES.values(), ids=SENTENCES)
def test_a_text_is_read_in_its_own_code_page(encoding: str, text: str) -> None:
    assert decode(text.encode(encoding)) == text
    assert decode(text.encode("utf-8")) == text
    assert decode(text.encode("utf-16")) == text


def test_utf8_with_a_damaged_byte_stays_utf8() -> None:
    text = "Le café du marché a fermé. L'été dernier il était déjà à vendre. " * 3
    data = text.encode()
    assert decode(data[:40] + b"\xff" + data[40:]).replace("\ufffd", "") == text


def test_a_long_text_is_told_by_its_beginning_and_read_to_its_end() -> None:
    text = "Der Bürgermeister eröffnete am Montag die Brücke. " * 3000
    assert decode(text.encode("cp1252")) == text


@pytest.mark.parametrize("data", [b"\x00\x01\x02" * 100, b"\x93\x00\xff\x01" * 200])
def test_what_is_no_text_is_named(data: bytes) -> None:
    with pytest.raises(ValueError, match="a binary file"):
        decode(data)
