"""Names for a million people who do not exist: common ones by rank, and a long tail put together from parts."""

# ruff: noqa: E501, SIM905 - word lists read better as words
import random
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

LATIN_GIVEN = """
james mary john patricia robert jennifer michael linda william elizabeth david barbara richard susan joseph jessica
thomas sarah charles karen daniel nancy matthew lisa anthony margaret mark sandra paul ashley andrew emily kevin
jean marie pierre nathalie michel isabelle alain sylvie philippe catherine nicolas camille julien manon antoine chloé
léa hugo zoé françois hélène andré cécile jérôme aurélie benoît élodie rené odile hans ursula peter monika wolfgang
petra jürgen sabine jörg käthe günther brigitte stefan birgit uwe heike lukas anna felix jonas maria josé carmen
antonio dolores manuel pilar juan isabel francisco lucía javier sofía álvaro inés joão ana luís beatriz giuseppe giulia
marco francesca alessandro chiara luca elena piotr agnieszka krzysztof małgorzata tomasz katarzyna jan zofia
lars ingrid björn astrid søren kirsten olga sergei ivan natasha dmitri tatiana alexei svetlana yuri mehmet ayşe mustafa
fatma emre elif zeynep can siobhan aoife niamh conor eoin rhys gwen owen nia
""".split()
LATIN_FAMILY = """
smith johnson williams brown jones garcia miller davis rodriguez martinez hernandez lopez gonzalez wilson anderson
thomas taylor moore jackson martin lee perez thompson white harris sanchez clark ramirez lewis robinson walker young
allen king wright scott torres nguyen hill flores green adams nelson baker hall rivera campbell mitchell carter roberts
bernard dubois durand moreau laurent simon michel lefebvre leroy roux david bertrand morel fournier girard bonnet dupont
lambert fontaine rousseau vincent muller lefèvre faure andré mercier blanc guérin boyer garnier chevalier françois
legrand gauthier perrin müller schmidt schneider fischer weber meyer wagner becker schulz hoffmann schäfer koch bauer
richter klein wolf schröder neumann schwarz zimmermann braun krüger hofmann hartmann lange schmitt werner krause meier
lehmann köhler herrmann walter könig kaiser fuchs scholz möller weiß jung hahn vogel friedrich keller günther silva
santos ferreira pereira oliveira costa rodrigues martins jesus sousa fernandes gonçalves gomes lopes marques rossi russo
ferrari esposito bianchi romano colombo ricci marino greco bruno gallo conti mancini nowak kowalski wiśniewski wójcik
kowalczyk kamiński lewandowski zieliński szymański woźniak hansen johansson andersson karlsson nilsson eriksson larsen
olsen jensen nielsen pedersen ivanova petrov smirnov kuznetsov yılmaz kaya demir şahin çelik o'brien o'connor murphy kelly
""".split()
CYRILLIC_GIVEN = """
Александр Сергей Дмитрий Андрей Алексей Максим Евгений Иван Михаил Николай Владимир Павел Роман Олег Виктор Игорь Юрий
Антон Денис Артём Константин Кирилл Илья Никита Василий Григорий Борис Фёдор Пётр Яков Анна Елена Ольга Наталья
Екатерина Татьяна Ирина Мария Светлана Юлия Анастасия Людмила Галина Надежда Вера Любовь Дарья Ксения Алина Виктория
Полина София Алиса Евгения Валентина Зинаида Жанна Рустам Тимур Айгуль Гульнара Оксана Тарас Богдан Зоя
""".split()
CYRILLIC_FAMILY = """
Иванов Смирнов Кузнецов Попов Васильев Петров Соколов Михайлов Новиков Фёдоров Морозов Волков Алексеев Лебедев Семёнов
Егоров Павлов Козлов Степанов Николаев Орлов Андреев Макаров Никитин Захаров Зайцев Соловьёв Борисов Яковлев Григорьев
Романов Воробьёв Сергеев Кузьмин Фролов Александров Дмитриев Королёв Гусев Киселёв Ильин Максимов Поляков Сорокин
Виноградов Ковалёв Белов Медведев Антонов Тарасов Жуков Баранов Филиппов Комаров Давыдов Беляев Герасимов Богданов
Осипов Сидоров Матвеев Титов Марков Миронов Крылов Куликов Карпов Власов Мельников Денисов Гаврилов Тихонов Казаков
Афанасьев Данилов Савельев Тимофеев Фомин Чернов Абрамов Мартынов Ефимов Щербаков Назаров Калинин Исаев Чернышёв Быков
Маслов Родионов Коновалов Лазарев Воронин Климов Филатов Пономарёв Голубев Кудрявцев Прохоров Наумов Потапов Журавлёв
Овчинников Трофимов Леонов Соболев Ермаков Колесников Гончаров Емельянов Никифоров Грачёв Котов Гришин Ефремов
Шевченко Бондаренко Ткаченко Коваленко Кравченко Чайковский Достоевский Левицкий Хрущёв Цветаев Ющенко
""".split()
# Arabic names with the Latin spellings that people really use, listed by hand, not made by a table.
ARABIC_GIVEN = {
    "محمد": "mohamed mohammed muhammad mohammad", "أحمد": "ahmed ahmad", "علي": "ali aly", "حسن": "hassan hasan",
    "حسين": "hussein hussain hossein", "عمر": "omar umar", "خالد": "khaled khalid", "يوسف": "youssef yousef yusuf",
    "إبراهيم": "ibrahim ebrahim", "مصطفى": "mustafa mostafa moustafa", "محمود": "mahmoud mahmud", "طارق": "tarek tariq",
    "كريم": "karim kareem", "سعيد": "said saeed", "سامي": "sami samy", "ياسر": "yasser yasir", "رشيد": "rachid rashid",
    "جمال": "jamal gamal djamel", "نبيل": "nabil nabeel", "فاطمة": "fatima fatma", "عائشة": "aisha aicha",
    "مريم": "maryam mariam meryem", "زينب": "zeinab zainab zaynab", "خديجة": "khadija khadidja", "نور": "nour noor nur",
    "ليلى": "leila layla laila", "سارة": "sara sarah", "هدى": "huda houda hoda", "سلمى": "salma selma",
    "أمينة": "amina aminah", "نادية": "nadia nadya", "عبدالله": "abdullah abdallah abdalla",
    "عبدالرحمن": "abdulrahman abdelrahman abderrahmane", "بلال": "bilal belal", "حمزة": "hamza hamzah", "وليد": "walid waleed",
    "سمير": "samir sameer", "فؤاد": "fouad fuad", "هشام": "hisham hicham", "جميلة": "jamila djamila",
}  # fmt: skip
ARABIC_FAMILY = {
    "المصري": "almasri elmasry masri", "الحسيني": "alhusseini husseini", "الهاشمي": "hashemi hashimi hachemi",
    "العلوي": "alaoui alawi", "بناني": "bennani", "التازي": "tazi", "الفاسي": "fassi elfassi", "حداد": "haddad hadad",
    "نجار": "najjar naggar", "خوري": "khoury khouri", "صباغ": "sabbagh", "عباس": "abbas", "سليمان": "suleiman soliman sulaiman",
    "منصور": "mansour mansur", "الشريف": "sharif cherif", "الخطيب": "khatib alkhatib", "حمدان": "hamdan", "الزهراني": "zahrani",
    "القحطاني": "qahtani kahtani", "الغامدي": "ghamdi", "العتيبي": "otaibi", "الشمري": "shammari shamari", "درويش": "darwish darwich",
    "رمضان": "ramadan", "شاهين": "shaheen shahin", "عثمان": "othman osman", "يعقوب": "yaqoub yacoub", "بركات": "barakat",
    "جابر": "jaber gaber", "صالح": "saleh salih", "فارس": "fares faris", "قاسم": "qasim kassem", "مراد": "murad mourad",
    "ناصر": "nasser nasir", "هلال": "hilal", "وهبي": "wahbi", "زيدان": "zidane zidan", "سعدي": "saadi", "بوعزيز": "bouaziz",
    "الجزائري": "jazairi djezairi",
}  # fmt: skip

# Parts of rare names. There are many of them, so that a rare name has only a few others within one letter, as real ones do.
_LATIN_ONSETS = "b br c ch cl cr d dr f fl fr g gl gr h j k kl kr l m n p pl pr qu r s sch sh sk sl sm sn st str t th tr v w z".split()
_LATIN_VOWELS = "a e i o u ai au ea ei ie oo ou".split()
_LATIN_CODAS = "b ck d ff g l ll lm lt m mb n nd ng nk nt p r rd rk rn rt s ss st t tt x".split()
_LATIN_ENDINGS = "son mann ton ski ez ini ard berg feld dez ault eau ner ler sen ssen wicz ova escu ides akis tti ley ham ford worth well stein bach ling dal ström gaard".split()
_CYRILLIC_ONSETS = "б бр в вл г гл гр д др ж з зв к кл кр л м мл н п пл пр р с ск сл см ст стр т тр х ц ч ш щ".split()
_CYRILLIC_VOWELS = "а е и о у ы ю я".split()
_CYRILLIC_CODAS = "б в г д ж з к л лк м н нд нк п р рг рд рк с ск ст т х ч ш".split()
_CYRILLIC_ENDINGS = "ов ев ин ский енко чук дзе швили цев ич хин атов амов ков ян".split()
_ARABIC_LETTERS = "ب ت ج ح خ د ر ز س ش ص ض ط ع غ ف ق ك ل م ن ه و ي".split()


@dataclass(frozen=True, kw_only=True)
class Person:
    name: str
    given: str
    family: str
    script: str
    language: str


class Names:
    """A stream of people: 65% Latin, 22% Cyrillic, 13% Arabic script; common names are common, four in ten surnames rare."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self._latin_given = _Ranked([_title(word) for word in LATIN_GIVEN])
        self._latin_family = _Ranked([_title(word) for word in LATIN_FAMILY])
        self._cyrillic_given = _Ranked(CYRILLIC_GIVEN)
        self._cyrillic_family = _Ranked(CYRILLIC_FAMILY)
        self._arabic_given = _Ranked(list(ARABIC_GIVEN))
        self._arabic_family = _Ranked(list(ARABIC_FAMILY))

    def person(self) -> Person:
        rng = self.rng
        share = rng.random()
        rare = rng.random() < 0.4
        if share < 0.65:
            given = self._latin_given.draw(rng)
            if rng.random() < 0.1:
                given = f"{given} {self._latin_given.draw(rng)}"
            family = self._rare_latin() if rare else self._latin_family.draw(rng)
            return Person(
                name=f"{given} {family}",
                given=given,
                family=family,
                script="latin",
                language=rng.choice(["en", "fr", "de"]),
            )
        if share < 0.87:
            given = self._cyrillic_given.draw(rng)
            family = self._rare_cyrillic() if rare else self._cyrillic_family.draw(rng)
            if given[-1] in "ая" and family[-1] == "в":
                family += "а"
            return Person(name=f"{given} {family}", given=given, family=family, script="cyrillic", language="ru")
        given = self._arabic_given.draw(rng)
        family = self._rare_arabic() if rare else self._arabic_family.draw(rng)
        return Person(name=f"{given} {family}", given=given, family=family, script="arabic", language="ar")

    def _rare_latin(self) -> str:
        return self._rare(_LATIN_ONSETS, _LATIN_VOWELS, _LATIN_CODAS, _LATIN_ENDINGS)

    def _rare_cyrillic(self) -> str:
        return self._rare(_CYRILLIC_ONSETS, _CYRILLIC_VOWELS, _CYRILLIC_CODAS, _CYRILLIC_ENDINGS)

    def _rare(self, onsets: Sequence[str], vowels: Sequence[str], codas: Sequence[str], endings: Sequence[str]) -> str:
        rng = self.rng
        first = rng.choice(onsets) + rng.choice(vowels) + (rng.choice(codas) if rng.random() < 0.5 else "")
        second = (
            rng.choice(onsets) + rng.choice(vowels) + rng.choice(codas) if rng.random() < 0.35 else rng.choice(codas)
        )
        return (first + second + rng.choice(endings)).capitalize()

    def _rare_arabic(self) -> str:
        rng = self.rng
        root = [rng.choice(_ARABIC_LETTERS) for _ in range(rng.choice((3, 3, 4)))]
        root[2:] = ["".join(root[2:])]
        pattern = rng.choice(
            ("{0}{1}{2}ي", "{0}ا{1}{2}", "{0}{1}ي{2}", "{0}{1}{2}ان", "ال{0}{1}ا{2}ي", "م{0}{1}و{2}", "بو{0}{1}{2}ة")
        )
        return pattern.format(*root)


class _Ranked:
    """Draws in proportion to one over the rank, as names are spread."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words
        self.limits = list(accumulate(1 / (rank + 3) for rank in range(len(words))))

    def draw(self, rng: random.Random) -> str:
        return self.words[bisect(self.limits, rng.random() * self.limits[-1])]


def _title(word: str) -> str:
    return "O'" + word[2:].capitalize() if word.startswith("o'") else word.capitalize()
