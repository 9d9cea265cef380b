"""Dialogues in English."""

LINES = {
    "whereabouts": """
        >Hello, where is my order {thing}? It should have been here by {when}.
        Hello {name}, this is {agent}. I am looking it up for you.
        It is with the carrier. The last scan is from this morning, so it should reach you tomorrow.
        >Ok. Can I choose the time?
        The carrier sends you a message in the morning with the hour. Anything else?
        >No, that is all. Thanks!""",
    "balance": """
        >Hi, I paid money in yesterday and still see the old balance on {thing}.
        Hello {name}, {agent} here. Let me refresh it.
        It has arrived: the payment was booked this morning, you see it now too.
        >Yes, there it is. Thank you.""",
    "block_card": """
        >I lost my wallet! Please block my card {thing} right away.
        Hello {name}, I do that at once. Two short questions first, so that I know it is you.
        >Of course, go ahead.
        Thank you. The card is blocked. The new one is with you within five working days.
        >Perfect, what a relief.""",
    "fault": """
        >My {thing} shows {code} again and stops in the middle of the programme.
        Hello {name}, I am {agent}. {code} means that something keeps it from going on. Did you clean the filter?
        >Yes, twice. It helps for one wash and then it is back.
        Then it is not the filter. I have noted it with the history of the device, and somebody comes to look at it.
        >When will that be?
        You get a message today with two dates to choose from.""",
    "address": """
        >I have moved. Can {thing} go to my new address?
        Hello {name}. As long as it is not with the carrier, yes. What is the new address?
        >12 Harbour Lane, second floor.
        Changed. You see it in your account as well.
        >Great, thank you {agent}.""",
    "cancel": """
        >Please cancel {thing}, I ordered the wrong one.
        Hello {name}, it has not been packed yet, so that is possible. Shall I?
        >Yes please.
        Done. The money is back on your card in three days.
        >Thanks, that was quick.""",
    "return": """
        >The thing from {thing} is too large. How do I send it back?
        Hello {name}. I send you a label by e-mail; hand the parcel in within fourteen days.
        >And the money?
        As soon as it is back with us, usually within a week.
        >Fine.""",
    "contract": """
        >Until when does {thing} run? I would like to know before I move.
        Hello {name}, I am looking. It can be ended with one month's notice to its last day.
        >And it goes on by itself otherwise?
        Yes, from month to month. I send you the dates in writing.
        >Thank you.""",
    "complaint": """
        >This is the third time I write about {thing} and nobody calls back. I want to complain.
        I am sorry, {name}. I am {agent}, and I take this on myself. What happened last?
        >They promised to call on Monday. Nothing.
        I record it as a complaint now, and the team leader answers you by tomorrow noon.
        >I hope so.""",
    "advice": """
        >Does the Reef 6 fit under a worktop of 82 cm?
        Hello! Yes, with the lid taken off it is 81.5 cm high.
        >And is it loud?
        44 dB: you hear it, but you can talk beside it.
        >Thanks, I will think about it.""",
    "prank": """
        >do you sell invisible fridges
        Hello, this is {agent}. How can I help you?
        >i cannot see it, that is how i know it works hahaha""",
    "wrong": """
        >Is this the city library? I want to renew two books.
        Hello, this is Harbourlight. I am afraid you have the wrong page.
        >Oh. Sorry!""",
}
