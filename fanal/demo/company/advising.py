"""What the demo company does for whom: its rules of advice, which agents may follow or not."""

from typing import Any

LATE = {"what": "late_days", "is": "at_least"}

# ruff: noqa: E501
# Code to name, what it advises, its conditions, what it says besides, and why in each language.
ADVICE: dict[str, tuple[str, str, list[dict[str, Any]], dict[str, Any], dict[str, str]]] = {
    "replace-often-broken": (
        "Replace what breaks again and again",
        "replace",
        [{"what": "faults", "within": 365, "is": "at_least", "value": "3"}],
        {},
        {
            "en": "The {device} has had {faults} faults in {months} months: replace it instead of repairing it again.",
            "fr": "{device} : {faults} pannes en {months} mois. Le remplacer plutôt que le réparer encore.",
            "ru": "{device}: неисправностей за {months} мес. — {faults}. Заменить, а не чинить снова.",
            "ar": "‏{device}: عدد الأعطال خلال {months} شهرًا {faults}. يُستبدل بدلًا من إصلاحه مرة أخرى.",
        },
    ),
    "late-and-valued": (
        "Late order of a valued customer",
        "goodwill",
        [{**LATE, "value": "2"}, {"what": "value_band", "is": "at_least", "value": "2"}],
        {"limit": "25", "currency": "EUR"},
        {
            "en": "The order is {late_days} days late, and {customer} is a valued customer: up to {limit} {currency}.",
            "fr": "La commande a {late_days} jours de retard, et {customer} est un client de valeur : jusqu'à {limit} {currency}.",
            "ru": "Заказ опаздывает (дней: {late_days}), а {customer} — ценный клиент: до {limit} {currency}.",
            "ar": "الطلب متأخر {late_days} أيام، و{customer} عميل مهم: حتى {limit} {currency}.",
        },
    ),
    "late": (
        "Late order",
        "goodwill",
        [{**LATE, "value": "2"}, {"what": "goodwill_times", "within": 365, "is": "at_most", "value": "1"}],
        {"limit": "10", "currency": "EUR"},
        {
            "en": "The order is {late_days} days late: up to {limit} {currency}.",
            "fr": "La commande a {late_days} jours de retard : jusqu'à {limit} {currency}.",
            "ru": "Заказ опаздывает (дней: {late_days}): до {limit} {currency}.",
            "ar": "الطلب متأخر {late_days} أيام: حتى {limit} {currency}.",
        },
    ),
    "third-contact": (
        "Third contact about the same",
        "priority",
        [{"what": "contacts", "within": 7, "is": "at_least", "value": "3"}],
        {"priority": 3},
        {
            "en": "{contacts} contacts about the same in {contacts_days} days: raise the priority.",
            "fr": "{contacts} contacts pour la même chose en {contacts_days} jours : augmenter la priorité.",
            "ru": "Обращений об одном и том же за {contacts_days} дн.: {contacts}. Поднять приоритет.",
            "ar": "عدد الاتصالات حول الأمر نفسه خلال {contacts_days} أيام: {contacts}. تُرفع الأولوية.",
        },
    ),
    "promise-missed": (
        "We missed a promise",
        "priority",
        [{"what": "promises_missed", "within": 30, "is": "at_least", "value": "1"}],
        {"priority": 3},
        {
            "en": "We have missed {promises_missed} promises to {customer} in 30 days: raise the priority.",
            "fr": "Nous avons manqué {promises_missed} promesses envers {customer} en 30 jours : augmenter la priorité.",
            "ru": "За 30 дней нарушено обещаний клиенту {customer}: {promises_missed}. Поднять приоритет.",
            "ar": "أخلفنا {promises_missed} من وعودنا لـ{customer} خلال 30 يومًا: تُرفع الأولوية.",
        },
    ),
    "second-line": (
        "Fault at a most valued customer's",
        "hand_over",
        [
            {"what": "case_type", "is": "equals", "value": "fault"},
            {"what": "value_band", "is": "at_least", "value": "3"},
        ],
        {"queue": "technical-2"},
        {
            "en": "A fault at one of our most valued customers: the second line takes it.",
            "fr": "Une panne chez un de nos clients les plus importants : la deuxième ligne s'en charge.",
            "ru": "Неисправность у одного из самых ценных клиентов: её берёт вторая линия.",
            "ar": "عطل لدى أحد أهم عملائنا: يتولاه الخط الثاني.",
        },
    ),
    "bundle": (
        "Fibre for who has a mobile plan",
        "offer",
        [
            {"what": "holdings", "field": "contract", "is": "at_least", "value": "1"},
            {"what": "open_cases", "is": "at_most", "value": "0"},
            {"what": "years", "is": "at_least", "value": "2"},
        ],
        {
            "offer": {
                "en": "Fibre 1000, three months free",
                "fr": "Fibre 1000, trois mois offerts",
                "ru": "Fibre 1000, три месяца бесплатно",
                "ar": "‏Fibre 1000 مجانًا لثلاثة أشهر",
            }
        },
        {
            "en": "A customer for {years} years with nothing open: offer it before the end of the contact.",
            "fr": "Client depuis {years} ans, sans rien en cours : à proposer avant la fin du contact.",
            "ru": "Клиент уже {years} лет, открытых обращений нет: предложить до конца разговора.",
            "ar": "عميل منذ {years} سنوات وليس لديه شيء مفتوح: يُعرض عليه قبل نهاية الاتصال.",
        },
    ),
}
