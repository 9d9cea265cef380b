"""What the demo company's customers come with: case types, categories, outcomes, and the cases that make themselves."""
# ruff: noqa: E501

from typing import Any

CASE_TYPES = {
    "enquiry": ("Enquiry", 2, "first"),
    "change": ("Change", 2, "first"),
    "fault": ("Fault", 3, "first"),
    "complaint": ("Complaint", 3, "first"),
    "return": ("Return", 2, "first"),
    "security": ("Card security", 4, "first"),
}

# Code to name, case type, kind and choices; and the steps with which the cases of a type begin.
CASE_FIELDS = {
    "display": ("What the display shows", "fault", "text", ()),
    "since": ("Since when", "fault", "date", ()),
    "warranty": ("Under warranty", "fault", "yes_no", ()),
    "found": ("What it was", "fault", "choice", ("A part", "The connection", "How it was used", "Nothing was found")),
}
CASE_STEPS = {
    "restarted": ("Switched off and on again with the customer", "fault"),
    "connection": ("Plug, tap or cable checked", "fault"),
    "explained": ("Told the customer what happens next", "fault"),
}

# Code to name and parent.
CATEGORIES = {
    "orders": ("Orders", ""),
    "whereabouts": ("Where is my order", "orders"),
    "late": ("Late delivery", "orders"),
    "address": ("Delivery address", "orders"),
    "cancelling": ("Cancelling", "orders"),
    "returns": ("Returns", "orders"),
    "money": ("Accounts and cards", ""),
    "balance": ("Balance", "money"),
    "cards": ("Cards", "money"),
    "contracts": ("Contracts", "money"),
    "products": ("Products", ""),
    "faults": ("Faults and repair", "products"),
    "advice": ("Advice before buying", "products"),
    "service": ("Our service", ""),
    "complaints": ("Complaints", "service"),
    "details": ("Personal details", "service"),
    "other": ("Something else", "service"),
}

# Code to name, case type, priority, value of the customer, minutes until the first and the next response and until it
# is settled, and the hours they count in. Whoever reports a fault hears from us the same day.
TARGETS = {
    "everybody": ("Every matter", None, None, None, 8 * 60, 8 * 60, 5 * 12 * 60, "office"),
    "faults": ("Faults", "fault", None, None, 4 * 60, 4 * 60, 3 * 12 * 60, "office"),
    "complaints": ("Complaints", "complaint", None, None, 4 * 60, 8 * 60, 4 * 12 * 60, "office"),
    "security": ("Card security", "security", None, None, 15, 30, 4 * 60, "always"),
    "urgent": ("Urgent matters", None, 4, None, 60, 60, 12 * 60, "always"),
    "most-valuable": ("Our most valuable customers", None, None, 3, 2 * 60, 4 * 60, None, "office"),
}

# Code to name, moment, and the rest of each rule: when it is for a case, and what it does then.
ESCALATION: dict[str, tuple[str, str, dict[str, Any]]] = {
    "fault-half": (
        "Faults after half of the time",
        "share",
        {"clock": "resolution", "percent": 50, "case_type": "fault", "tier": "first", "hand_over_to": "technical-2"},
    ),
    "valued-at-risk": (
        "Valuable customers at risk",
        "at_risk",
        {"value_at_least": 2, "raise_to": 4, "tell_supervision": True},
    ),
    "missed": ("Missed promises", "missed", {"priority_at_least": 3, "tell_supervision": True}),
    "old-second": (
        "A week with the second line",
        "age",
        {"age_minutes": 7 * 24 * 60, "case_type": "fault", "tier": "second", "hand_over_to": "technical-3"},
    ),
}

# Code to name, whether it settles the matter, whether the contact was a genuine one.
DISPOSITIONS = {
    "settled": ("Settled", True, True),
    "information": ("Information given", True, True),
    "follow-up": ("We get back to the customer", False, True),
    "waiting": ("Waiting for the customer", False, True),
    "passed-on": ("Passed on to another line", False, True),
    "not-verified": ("Could not prove who they are", False, True),
    "no-answer": ("Customer stopped answering", False, True),
    "prank": ("Prank", True, False),
    "wrong-number": ("Wrong address: not meant for us", True, False),
    "silence": ("Nothing was said", True, False),
}

# Action to case type, category, subject, whether the case is settled at once, and the outcome of its topic.
CASE_RULES = {
    "refresh_balance": ("enquiry", "balance", "Balance of {object}", True, "settled"),
    "look_up_order": ("enquiry", "whereabouts", "Whereabouts of {object}", True, "settled"),
    "block_card": ("security", "cards", "Block {object}", True, "settled"),
    "unblock_card": ("security", "cards", "Unblock {object}", True, "settled"),
    "change_delivery_address": ("change", "address", "New address for {object}", True, "settled"),
    "cancel_order": ("change", "cancelling", "Cancel {object}", True, "settled"),
    "change_contact_point": ("change", "details", "New contact details", True, "settled"),
    "explain_contract_end": ("enquiry", "contracts", "End of {object}", True, "information"),
    "report_device_fault": ("fault", "faults", "Fault of {object}", False, "follow-up"),
    "place_order": ("change", "orders", "New order", True, "settled"),
    "change_quantity": ("change", "orders", "Quantity of {object}", True, "settled"),
    "replace_device": ("fault", "faults", "Replace {object}", False, "follow-up"),
    "grant_goodwill": ("complaint", "complaints", "Goodwill", True, "settled"),
    "record_complaint": ("complaint", "complaints", "Complaint about {object}", False, "follow-up"),
}

# Code to title, category and one text per language.
CANNED: dict[str, tuple[str, str, dict[str, str]]] = {
    "hello": (
        "Greeting",
        "",
        {
            "en": "Hello {{ customer.name }}, this is {{ agent.name }}. How can I help?",
            "fr": "Bonjour {{ customer.name }}, {{ agent.name }} à votre écoute. Que puis-je faire pour vous ?",
            "ru": "Здравствуйте, {{ customer.name }}! Меня зовут {{ agent.name }}. Чем могу помочь?",
            "ar": "مرحبًا {{ customer.name }}، معك {{ agent.name }}. كيف يمكنني مساعدتك؟",
        },
    ),
    "moment": (
        "One moment",
        "",
        {
            "en": "One moment please, I am looking it up.",
            "fr": "Un instant s'il vous plaît, je vérifie.",
            "ru": "Одну минуту, я проверяю.",
            "ar": "لحظة من فضلك، أتحقق من ذلك.",
        },
    ),
    "order-way": (
        "Order on its way",
        "whereabouts",
        {
            "en": "Your order {{ order.number }} is with {{ order.carrier }}; it is promised for {{ order.promised_on }}.",
            "fr": "Votre commande {{ order.number }} est chez {{ order.carrier }}, livraison prévue le {{ order.promised_on }}.",
            "ru": "Ваш заказ {{ order.number }} у перевозчика {{ order.carrier }}, доставка обещана на {{ order.promised_on }}.",
            "ar": "طلبك {{ order.number }} لدى {{ order.carrier }}، والتسليم موعود في {{ order.promised_on }}.",
        },
    ),
    "order-late": (
        "Order is late",
        "late",
        {
            "en": "I am sorry: {{ order.number }} is late. I am asking the carrier now and will tell you today.",
            "fr": "Je suis désolé : la commande {{ order.number }} a du retard. J'interroge le transporteur et vous réponds aujourd'hui.",
            "ru": "Приношу извинения: заказ {{ order.number }} задерживается. Я уточню у перевозчика и отвечу сегодня.",
            "ar": "نعتذر: الطلب {{ order.number }} متأخر. سأسأل شركة الشحن وأخبرك اليوم.",
        },
    ),
    "prove-it": (
        "Check who it is",
        "",
        {
            "en": "Before I go on, I have to ask you two questions, to be sure that I am talking to the right person.",
            "fr": "Avant de continuer, je dois vous poser deux questions pour m'assurer de votre identité.",
            "ru": "Прежде чем продолжить, я должен задать два вопроса, чтобы убедиться, что говорю с вами.",
            "ar": "قبل أن أتابع، عليّ أن أطرح سؤالين للتأكد من هويتك.",
        },
    ),
    "card-blocked": (
        "Card blocked",
        "cards",
        {
            "en": "The card ending in {{ holding.number }} is blocked. A new one reaches you within five working days.",
            "fr": "La carte se terminant par {{ holding.number }} est bloquée. La nouvelle arrive sous cinq jours ouvrés.",
            "ru": "Карта, оканчивающаяся на {{ holding.number }}, заблокирована. Новая придёт в течение пяти рабочих дней.",
            "ar": "تم إيقاف البطاقة المنتهية بـ {{ holding.number }}. تصلك بطاقة جديدة خلال خمسة أيام عمل.",
        },
    ),
    "fault-noted": (
        "Fault noted",
        "faults",
        {
            "en": "I have noted the fault {{ fault.code }}. Please clean the filter and restart the device; if it comes back, we send somebody.",
            "fr": "J'ai noté le défaut {{ fault.code }}. Nettoyez le filtre et redémarrez l'appareil ; s'il revient, nous envoyons quelqu'un.",
            "ru": "Я записал ошибку {{ fault.code }}. Очистите фильтр и перезапустите прибор; если она повторится, пришлём мастера.",
            "ar": "سجّلت العطل {{ fault.code }}. نظّف المرشّح وأعد تشغيل الجهاز، وإن عاد العطل نرسل فنيًا.",
        },
    ),
    "anything-else": (
        "Anything else",
        "",
        {
            "en": "Is there anything else I can do for you?",
            "fr": "Puis-je faire autre chose pour vous ?",
            "ru": "Могу ли я ещё чем-то помочь?",
            "ar": "هل هناك شيء آخر أستطيع مساعدتك فيه؟",
        },
    ),
    "goodbye": (
        "Goodbye",
        "",
        {
            "en": "Thank you for writing to Harbourlight. Have a good day!",
            "fr": "Merci d'avoir écrit à Harbourlight. Bonne journée !",
            "ru": "Спасибо, что написали в Harbourlight. Хорошего дня!",
            "ar": "شكرًا لتواصلك مع هاربرلايت. يومك سعيد!",
        },
    ),
}  # fmt: skip
