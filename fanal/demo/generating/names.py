"""Names of the demo's people: several countries, three scripts, and the ways one name is written in another."""
# ruff: noqa: E501

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Land:
    """Where somebody lives. Names are written in the land's script, then after a slash how they appear in Latin letters.

    `mobile`: the digits after the country code that mobile numbers begin with, and how many follow.
    """

    code: str
    language: str
    weight: int
    given: tuple[tuple[str, ...], tuple[str, ...]]
    family: tuple[str, ...]
    dial: str
    mobile: tuple[tuple[str, int], ...]
    cities: tuple[tuple[str, str], ...]
    streets: tuple[str, ...]
    street: str = "{street} {house}"


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(","))


_RU_WOMEN = _split(
    "Екатерина/Ekaterina/Yekaterina, Наталья/Natalia/Nataliya, Юлия/Yulia/Julia, Ольга/Olga, Татьяна/Tatiana/Tatyana, "
    "Мария/Maria/Mariya, Анна/Anna, Светлана/Svetlana, Ирина/Irina, Елена/Elena/Yelena, Людмила/Lyudmila/Ludmila, "
    "Ксения/Ksenia/Xenia, Алёна/Alyona/Alena, Галина/Galina, Вера/Vera, Надежда/Nadezhda"
)
_RU_MEN = _split(
    "Александр/Aleksandr/Alexander, Сергей/Sergey/Sergei, Дмитрий/Dmitry/Dmitriy, Алексей/Alexey/Aleksei, "
    "Андрей/Andrey/Andrei, Михаил/Mikhail, Евгений/Evgeny/Yevgeniy, Юрий/Yuri/Yury, Николай/Nikolay/Nikolai, "
    "Владимир/Vladimir, Пётр/Pyotr/Petr, Григорий/Grigory/Grigoriy, Илья/Ilya, Фёдор/Fyodor/Fedor, Тимур/Timur"
)
_RU_FAMILIES = _split(
    "Иванов/Ivanov, Смирнов/Smirnov, Кузнецов/Kuznetsov, Попов/Popov, Соколов/Sokolov, Лебедев/Lebedev, Козлов/Kozlov, "
    "Новиков/Novikov, Морозов/Morozov, Волков/Volkov, Щербаков/Shcherbakov/Scherbakov, Журавлёв/Zhuravlyov/Zhuravlev, "
    "Ефимов/Efimov/Yefimov, Никитин/Nikitin, Хохлов/Khokhlov, Чернов/Chernov, Цветков/Tsvetkov/Cvetkov, Юдин/Yudin, "
    "Яковлев/Yakovlev/Iakovlev, Ахметов/Akhmetov/Ahmetov, Зайцев/Zaytsev/Zaitsev, Тихонов/Tikhonov, Гусев/Gusev"
)
_UA_FAMILIES = _split(
    "Шевченко/Shevchenko, Коваленко/Kovalenko, Бондаренко/Bondarenko, Ткаченко/Tkachenko, Кравченко/Kravchenko, "
    "Олійник/Oliynyk/Oliinyk, Поліщук/Polishchuk, Мельник/Melnyk/Melnik, Савченко/Savchenko, Гончар/Honchar/Gonchar"
)
_UA_WOMEN = _split(
    "Оксана/Oksana, Наталія/Nataliia/Natalia, Ганна/Hanna/Anna, Олена/Olena/Elena, Юлія/Yuliia/Julia, Дарина/Daryna"
)
_UA_MEN = _split(
    "Андрій/Andrii/Andriy, Сергій/Serhii/Sergiy, Олександр/Oleksandr, Микола/Mykola, Юрій/Yurii/Yuriy, Тарас/Taras"
)
_AR_WOMEN = _split(
    "فاطمة/Fatima/Fatma, مريم/Maryam/Mariam, نور/Nour/Noor, سارة/Sara/Sarah, ليلى/Layla/Leila, هدى/Huda/Hoda, "
    "سلمى/Salma, زينب/Zainab/Zeinab, خديجة/Khadija/Khadidja, رنا/Rana, ياسمين/Yasmin/Yasmine, عائشة/Aisha/Aicha"
)
_AR_MEN = _split(
    "محمد/Mohammed/Muhammad/Mohamed, أحمد/Ahmed/Ahmad, علي/Ali, حسن/Hassan/Hasan, خالد/Khaled/Khalid, عمر/Omar/Umar, "
    "يوسف/Youssef/Yusuf, إبراهيم/Ibrahim/Brahim, عبد الرحمن/Abdul Rahman/Abderrahmane, طارق/Tariq/Tarek, سعيد/Said/Saeed, "
    "كريم/Karim/Kareem, مصطفى/Mustafa/Mostafa, بلال/Bilal"
)
_AR_FAMILIES = _split(
    "حداد/Haddad, خوري/Khoury/Khouri, منصور/Mansour/Mansur, صالح/Saleh/Salih, عبد الله/Abdullah/Abdallah, "
    "الشريف/Al-Sharif/El Cherif, بن علي/Ben Ali/Bin Ali, الحسن/Al-Hassan/El Hassan, ناصر/Nasser/Nasir, قاسم/Qasim/Kassem, "
    "العطار/Al-Attar/El Attar, درويش/Darwish/Darwich, سليمان/Suleiman/Soliman, رمضان/Ramadan, يعقوب/Yaqoub/Yacoub, "
    "بوعزيز/Bouaziz, زيدان/Zidan/Zidane, فارس/Fares/Faris, غانم/Ghanem/Ganem"
)

LANDS: tuple[Land, ...] = (
    Land(
        code="FR", language="fr", weight=24,
        given=(
            _split("Camille, Léa, Chloé, Manon, Inès, Élodie, Aurélie, Margaux, Hélène, Zoé, Anaïs, Océane, Solène, Jeanne"),
            _split("Louis, Hugo, Jean-Pierre, Étienne, François, Théo, Mathieu, Benoît, Rémi, Gaël, Antoine, Loïc, Cédric"),
        ),
        family=_split(
            "Martin, Bernard, Dubois, Lefèvre, Moreau, Girard, Fournier, Mercier, Chevalier, Gauthier, Perrot, Le Goff, "
            "Lemaître, Béranger, Delacroix, Rousseau, Vasseur, Guérin, Collin, Barbier, Renaud, Prévost, Aubry"
        ),
        dial="33", mobile=(("612", 6), ("623", 6), ("645", 6), ("668", 6), ("677", 6)),
        cities=(("Lyon", "69003"), ("Lille", "59000"), ("Nantes", "44000"), ("Paris", "75011"), ("Toulouse", "31000")),
        streets=_split("rue de la République, rue Victor Hugo, avenue Jean Jaurès, rue des Lilas, boulevard Voltaire"),
        street="{house} {street}",
    ),
    Land(
        code="GB", language="en", weight=16,
        given=(
            _split("Olivia, Amelia, Isla, Freya, Imogen, Poppy, Harriet, Niamh, Eleanor, Zara, Priya, Grace"),
            _split("Oliver, George, Harry, Callum, Rhys, Alfie, Ewan, Desmond, Rohan, Stuart, Nigel, Jack"),
        ),
        family=_split(
            "Smith, Taylor, Davies, Wilson, Thompson, O'Connor, MacDonald, Hughes, Edwards, Patel, Clarke, Fletcher, "
            "Ashworth, Pemberton, Whitaker, Okonkwo, Hargreaves, Sutton, Barlow, Kensington-Ward"
        ),
        dial="44", mobile=(("7400", 6), ("7415", 6), ("7531", 6), ("7811", 6), ("7912", 6)),
        cities=(("Leeds", "LS1 4AP"), ("Bristol", "BS1 5TR"), ("Cardiff", "CF10 1EP"), ("Glasgow", "G2 1AL")),
        streets=_split("High Street, Station Road, Church Lane, Mill Road, Queens Avenue"), street="{house} {street}",
    ),
    Land(
        code="DE", language="en", weight=8,
        given=(
            _split("Anna, Lena, Katharina, Jürgen-Marie, Käthe, Sabine, Ursula, Greta, Heike"),
            _split("Jürgen, Lukas, Jonas, Matthias, Günther, Björn, Stefan, Karl-Heinz, Tobias"),
        ),
        family=_split("Müller, Schmidt, Schröder, Weiß, Köhler, Jäger, Groß, Bäcker, Vogt, Böhm, Krüger, Kühn, von der Heide"),
        dial="49", mobile=(("1512", 7), ("1522", 7), ("1601", 7), ("1711", 6)),
        cities=(("Köln", "50667"), ("Hamburg", "20095"), ("Dresden", "01067"), ("Freiburg", "79098")),
        streets=_split("Hauptstraße, Bahnhofstraße, Lindenweg, Gartenstraße, Am Markt"),
    ),
    Land(
        code="IT", language="en", weight=6,
        given=(_split("Giulia, Chiara, Francesca, Martina, Elisa, Paola"), _split("Marco, Luca, Matteo, Nicolò, Davide, Paolo")),
        family=_split("Rossi, Russo, Ferrari, Esposito, Bianchi, Romano, Colombo, De Luca, D'Angelo, Conti, Fontana"),
        dial="39", mobile=(("3201", 6), ("3332", 6), ("3471", 6), ("3894", 6)),
        cities=(("Milano", "20121"), ("Torino", "10121"), ("Bologna", "40121")),
        streets=_split("via Roma, via Garibaldi, corso Italia, via Dante"),
    ),
    Land(
        code="PL", language="en", weight=5,
        given=(_split("Agnieszka, Zofia, Małgorzata, Łucja, Ewa"), _split("Paweł, Łukasz, Krzysztof, Wojciech, Michał")),
        family=_split("Nowak, Kowalczyk, Wiśniewski, Wójcik, Zieliński, Szymański, Dąbrowski, Kaźmierczak, Jabłoński"),
        dial="48", mobile=(("501", 6), ("602", 6), ("790", 6)),
        cities=(("Warszawa", "00-001"), ("Kraków", "30-001"), ("Gdańsk", "80-001")),
        streets=_split("ul. Długa, ul. Kościuszki, ul. Polna, al. Niepodległości"),
    ),
    Land(
        code="RU", language="ru", weight=14, given=(_RU_WOMEN, _RU_MEN), family=_RU_FAMILIES,
        dial="7", mobile=(("903", 7), ("916", 7), ("921", 7), ("985", 7)),
        cities=(("Москва", "101000"), ("Санкт-Петербург", "190000"), ("Казань", "420000"), ("Екатеринбург", "620000")),
        streets=_split("ул. Ленина, ул. Садовая, пр. Мира, ул. Пушкина, Невский пр."), street="{street}, д. {house}",
    ),
    Land(
        code="UA", language="ru", weight=4, given=(_UA_WOMEN, _UA_MEN), family=_UA_FAMILIES,
        dial="380", mobile=(("50", 7), ("67", 7), ("93", 7)),
        cities=(("Київ", "01001"), ("Львів", "79000"), ("Одеса", "65000")),
        streets=_split("вул. Шевченка, вул. Франка, вул. Лісова"), street="{street}, буд. {house}",
    ),
    Land(
        code="KZ", language="ru", weight=3, given=(_RU_WOMEN, _RU_MEN), family=_RU_FAMILIES,
        dial="7", mobile=(("701", 7), ("705", 7), ("777", 7)),
        cities=(("Алматы", "050000"), ("Астана", "010000")),
        streets=_split("пр. Абая, ул. Достык, ул. Сатпаева"), street="{street}, {house}",
    ),
    Land(
        code="EG", language="ar", weight=8, given=(_AR_WOMEN, _AR_MEN), family=_AR_FAMILIES,
        dial="20", mobile=(("100", 7), ("111", 7), ("122", 7)),
        cities=(("القاهرة", "11511"), ("الإسكندرية", "21500")),
        streets=_split("شارع النيل, شارع التحرير, شارع الهرم"), street="{house} {street}",
    ),
    Land(
        code="MA", language="ar", weight=7, given=(_AR_WOMEN, _AR_MEN), family=_AR_FAMILIES,
        dial="212", mobile=(("661", 6), ("662", 6), ("670", 6)),
        cities=(("الدار البيضاء", "20000"), ("الرباط", "10000"), ("مراكش", "40000")),
        streets=_split("شارع محمد الخامس, شارع الحسن الثاني, زنقة الورود"), street="{house} {street}",
    ),
    Land(
        code="JO", language="ar", weight=5, given=(_AR_WOMEN, _AR_MEN), family=_AR_FAMILIES,
        dial="962", mobile=(("790", 6), ("791", 6), ("795", 6), ("799", 6)),
        cities=(("عمّان", "11110"), ("إربد", "21110")),
        streets=_split("شارع الرينبو, شارع المدينة المنورة, شارع الجامعة"), street="{street} {house}",
    ),
)  # fmt: skip

COMPANIES = _split(
    "Boulangerie du Port, Café Solène, Garage Lefèvre & Fils, Ashworth Lettings, Pemberton Joinery, Hausverwaltung Köhler, "
    "Hotel Möwe, Trattoria Conti, Kowalczyk Transport, ООО «Маяк», ООО «Северный ветер», ИП Яковлев, Школа № 14, "
    "شركة الفنار للتجارة, مطعم الياسمين, مؤسسة النور, Clinique des Lilas, Sutton Primary School, Fontana Arredi, Bäckerei Groß"
)
