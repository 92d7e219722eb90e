"""Choose the Azerbaijani spelling of a GeoNames place, and its English one, by rule.

GeoNames lists spellings without their language. An alternate counts as Azerbaijani when it is
written in the letters of that alphabet and sounds the same as the main name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

ALPHABET = set("abcçdeəfgğhxıijkqlmnoöpqrsştuüvyz0123456789 -")
TELLING = set("çəğxıöqşüc")
ENGLISH = {
    "ə": "a",
    "q": "g",
    "x": "kh",
    "ç": "ch",
    "ş": "sh",
    "c": "j",
    "ğ": "gh",
    "ı": "i",
    "ö": "o",
    "ü": "u",
}

# Main names that are Russian, worn down or those of the past, and the alternate of the same entry
# that is used today.
SPELLED = {
    587114: "Hacıməlik",
    11799868: "Birinci Quzanlı",  # the entry has "Quzanlu", but "Quzanlı" for its twin
    147676: "Kələxan",
    147727: "Kijəbə",
    148225: "Dəstə",
    148330: "Bəhrəmtəpə",
    146862: "Göytəpə",
    148375: "Bankə",
    148450: "Əsgəran",
    148484: "Aşağı Əylis",
    148640: "Əbrəqunus",
    147282: "Sədərək",
    393443: "Həsənabad",
    584562: "Zirə",
    584747: "Vəngli",
    585688: "Kürdəxanı",
    585783: "Küdürlü",
    586375: "Gürgən",
    586526: "Həmzəli",
    586795: "Dəllər Cəyir",
    586968: "Binə",
    586971: "Bilgəh",
    587014: "Bəyimli",
    587261: "Əmircan",
    587321: "Çaykənarı",
}


def lower(text: str) -> str:
    """Lower the case as Azerbaijani does, with and without the dot of the i."""
    return text.replace("İ", "i").replace("I", "ı").lower()


def english(name: str) -> str:
    """Spell a name in English letters; the English pairs ch, sh, kh, gh, zh stay as they are."""
    words = []
    for word in name.split(" "):
        plain = re.sub(r"c(?=h)", "\0", lower(word))
        spelled = "".join(ENGLISH.get(letter, letter) for letter in plain).replace("\0", "c")
        words.append(spelled[:1].upper() + spelled[1:] if word[:1] != plain[:1] else spelled)
    return " ".join(words)


def azerbaijani(geoname_id: int, name: str, alternates: Sequence[str]) -> str:
    """Choose the listed spelling with the most letters that only Azerbaijani would use."""
    if geoname_id in SPELLED:
        return SPELLED[geoname_id]
    # GeoNames mixes two characters that look the same; Azerbaijani writes the schwa.
    listed = {
        unicodedata.normalize("NFC", text).replace("ǝ", "ə").replace("Ǝ", "Ə")
        for text in (name, *alternates)
        if text[:1].isupper()
    }
    fitting = [
        text for text in listed if set(lower(text)) <= ALPHABET and english(text) == english(name)
    ]
    return max(fitting, key=lambda text: (telling(text), text), default=name)


def telling(text: str) -> int:
    """Count the letters that mark a spelling as Azerbaijani, less the pairs that mark English."""
    marks = sum(letter in TELLING for letter in lower(text)) + text.count("İ")
    return marks - len(re.findall("ch|sh|kh|gh", text))
