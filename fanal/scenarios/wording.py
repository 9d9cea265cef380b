"""The codes of the scenario rules in the reader's language: refusals, conditions, and why they held or did not."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from fanal.holdings.models import SourceCommand
from fanal.scenarios.catalogue import BY_CODE
from fanal.scenarios.rules import Condition, Judgement, Problem, Refused

REFUSALS: dict[str, str | Promise] = {
    "unknown_action": gettext_lazy("There is no such action."),
    "role": gettext_lazy("Your role does not allow this. Ask a supervisor."),
    "target": gettext_lazy("This cannot be done here. Choose what it is about first."),
    "field_class": gettext_lazy("Your role does not see this kind of data. Hand over to a colleague who does."),
    "needs_contact": gettext_lazy("This is done only while you talk with the customer."),
    "not_for_representatives": gettext_lazy("Only the person themselves may ask for this."),
    "no_power": gettext_lazy("The person writing has no checked power to ask for this."),
    "assurance": gettext_lazy("We are not sure enough who this is. Verify the person first."),
    "not_yours": gettext_lazy("Only the person who did it, or a supervisor, can take it back."),
    "field_missing": gettext_lazy("Fill this in."),
    "field_too_long": gettext_lazy("This is too long. Shorten it."),
    "no_balance": gettext_lazy("This has no balance."),
    "order_already_cancelled": gettext_lazy("The order is cancelled already."),
    "order_on_its_way": gettext_lazy("The order has left us. Arrange a return instead."),
    "address_incomplete": gettext_lazy("Give the whole address: street with number, postcode and city."),
    "nothing_changes": gettext_lazy("This is what we have already."),
    "card_already_blocked": gettext_lazy("The card is blocked already."),
    "card_not_blocked": gettext_lazy("The card is not blocked."),
    "card_not_in_use": gettext_lazy("The card has expired or was closed."),
    "contact_point_known": gettext_lazy("The customer has this number or address already."),
    "phone_not_valid": gettext_lazy("This is not a phone number. Write it with its country code: +33 6 12 34 56 78."),
    "email_not_valid": gettext_lazy("This is not an e-mail address. It needs a name, an @ and a domain."),
    "no_end_known": gettext_lazy("This contract has no end."),
    "device_gone": gettext_lazy("This device is no longer with the customer."),
    "amount_unreadable": gettext_lazy("This is no sum of money. Write it like 12.50."),
    "currency_missing": gettext_lazy("Name the currency in three letters, such as EUR."),
    "over_goodwill_limit": gettext_lazy("This is more than the company's rules allow here. A supervisor may grant it."),
    "too_much": gettext_lazy("Nobody may grant as much as this here."),
    "advice_unknown": gettext_lazy("This advice is not there, or not yours to see."),
    "product_unknown": gettext_lazy("There is no product of this code."),
    "quantity_unreadable": gettext_lazy("Write how many as a whole number from 1 to 99."),
    "several_lines": gettext_lazy("The order holds several things. Cancel it and take a new one."),
    "no_case": gettext_lazy("There is no case yet whose priority could be raised. Open one first."),
    "decided_already": gettext_lazy("This was decided already."),
    "still_sending": gettext_lazy("This is being sent to the back office already. Wait for its answer."),
    "still_unknown": gettext_lazy("Nobody knows yet whether this was done. Ask the back office again instead."),
    "nothing_to_ask_again": gettext_lazy("There is nothing to ask the back office again about."),
}

WHAT: dict[str, str | Promise] = {
    "channel": gettext_lazy("Channel"),
    "account": gettext_lazy("Channel account"),
    "address": gettext_lazy("Address called"),
    "queue": gettext_lazy("Queue of the channel"),
    "entry_page": gettext_lazy("Page the contact began on"),
    "given": gettext_lazy("Given field"),
    "order_number": gettext_lazy("Order number given"),
    "card_number": gettext_lazy("Card number given"),
    "account_number": gettext_lazy("Account number given"),
    "form_topic": gettext_lazy("Topic chosen in the form"),
    "recognition": gettext_lazy("Recognition"),
    "assurance": gettext_lazy("Assurance"),
    "value_band": gettext_lazy("Value of the customer"),
    "open_case": gettext_lazy("There is an open case"),
    "open_order": gettext_lazy("There is an open order"),
    "known_order": gettext_lazy("The order number given is one of ours"),
    "language": gettext_lazy("Language"),
    "in_hours": gettext_lazy("Within the hours of the queue"),
}

COMPARISONS: dict[str, str | Promise] = {
    "equals": gettext_lazy("is"),
    "not_equals": gettext_lazy("is not"),
    "one_of": gettext_lazy("is one of"),
    "contains": gettext_lazy("contains"),
    "starts": gettext_lazy("starts with"),
    "glob": gettext_lazy("matches the pattern"),
    "present": gettext_lazy("is there"),
    "absent": gettext_lazy("is not there"),
    "at_least": gettext_lazy("is at least"),
    "at_most": gettext_lazy("is at most"),
    "yes": gettext_lazy("yes"),
    "no": gettext_lazy("no"),
}

OPENS: dict[str, str | Promise] = {
    "customer": gettext_lazy("The customer's card"),
    "order": gettext_lazy("The order with its tracking"),
    "holding": gettext_lazy("The account, card, contract or device"),
    "case": gettext_lazy("The open case"),
    "form": gettext_lazy("A form"),
    "search": gettext_lazy("The search, filled in"),
}

PROBLEMS: dict[str, str | Promise] = {
    "not_a_condition": gettext_lazy("This line cannot be read as a condition."),
    "what_unknown": gettext_lazy("Choose what the condition asks about."),
    "comparison_unfit": gettext_lazy("This comparison does not fit what is asked. Choose another."),
    "field_missing": gettext_lazy("Name the given field."),
    "value_missing": gettext_lazy("Say what to compare with."),
    "value_too_long": gettext_lazy("The value is too long. Use at most 500 characters."),
    "number_expected": gettext_lazy("Enter a whole number, such as 2."),
    "too_many_stars": gettext_lazy("Use at most five stars in a pattern."),
    "name_missing": gettext_lazy("Give it a name."),
    "code_taken": gettext_lazy("This code is used already. Choose another."),
    "opens_unknown": gettext_lazy("Choose what opens."),
    "form_missing": gettext_lazy("Name the form that opens."),
    "priority_unknown": gettext_lazy("Choose one of the priorities."),
    "skills_unreadable": gettext_lazy("Write one skill and its least level on each line."),
    "skill_level": gettext_lazy("A skill's level is a number from 1 to 5."),
    "skill_unknown": gettext_lazy("There is no such skill. Add it under Skills first."),
    "action_unknown": gettext_lazy("Choose one of the customer actions."),
    "subject_missing": gettext_lazy("Say what the subject of the case will be."),
    "rule_twice": gettext_lazy("Another active rule covers this action in this scenario already."),
}

OUTCOMES: dict[str, str | Promise] = {
    "balance_refreshed": gettext_lazy("Balance refreshed"),
    "order_looked_up": gettext_lazy("Order looked up"),
    "order_cancelled": gettext_lazy("Order cancelled"),
    "order_placed": gettext_lazy("Order taken"),
    "order_changed": gettext_lazy("Quantity of the order changed"),
    "address_changed": gettext_lazy("Delivery address changed"),
    "card_blocked": gettext_lazy("Card blocked"),
    "card_unblocked": gettext_lazy("Card unblocked"),
    "contact_point_changed": gettext_lazy("Phone number or e-mail address changed"),
    "contract_end_explained": gettext_lazy("End of the contract explained"),
    "fault_reported": gettext_lazy("Fault reported"),
    "device_replaced": gettext_lazy("Replacement of the device asked for"),
    "goodwill_granted": gettext_lazy("Goodwill granted"),
    "complaint_recorded": gettext_lazy("Complaint recorded"),
}


def refusal(refused: Refused) -> str:
    """Why an action was not done, and what to do; with the input's name when it is about one."""
    text = str(REFUSALS.get(refused.code, _("This cannot be done now.")))
    fields = [field for entry in BY_CODE.values() for field in entry.fields if field.code == refused.field]
    if fields and refused.code in ("field_missing", "field_too_long"):
        return _("%(field)s: %(problem)s") % {"field": fields[0].label, "problem": text}
    return text


def action_name(code: str) -> str:
    return str(BY_CODE[code].name) if code in BY_CODE else code


def outcome(result: dict[str, Any]) -> str:
    """What came out of an action, in a few words."""
    return str(OUTCOMES.get(str(result.get("code", "")), ""))


NOT_DONE: dict[str, str | Promise] = {
    "not_reached": gettext_lazy("The back office could not be reached: nothing was sent."),
    "left_alone": gettext_lazy("The back office has not been answering, so nothing was sent."),
    "busy": gettext_lazy("The back office has too much to do: nothing was done."),
    "refused": gettext_lazy("The back office refused."),
    "credential": gettext_lazy("The back office did not let us in. Tell an administrator."),
    "not_set_up": gettext_lazy("This action is no longer set up for the back office. Tell an administrator."),
    "not_filled": gettext_lazy("Something that the back office has to be told is not known here."),
}


def not_done(command: SourceCommand) -> str:
    """Why a back office did not do something: its own words where it gave any."""
    text = str(NOT_DONE.get(command.reason, _("Nothing was sent. Tell an administrator.")))
    if command.said:
        return _("%(what)s It says: %(said)s") % {"what": text, "said": command.said}
    return text


def problem(code: str) -> str:
    return str(PROBLEMS.get(code, _("Something is not right here.")))


def problems(found: list[Problem]) -> dict[int, str]:
    """Position of the condition to what is wrong with it."""
    return {one.position: problem(one.code) for one in found}


def condition(asked: Condition) -> str:
    """A condition in words: «Page the contact began on contains /orders»."""
    what = asked.field if asked.what == "given" and asked.field else WHAT.get(asked.what, asked.what)
    words = {"what": what, "comparison": COMPARISONS.get(asked.comparison, asked.comparison), "value": asked.value}
    if asked.comparison in ("yes", "no"):
        return _("%(what)s: %(comparison)s") % words
    if asked.comparison in ("present", "absent"):
        return _("%(what)s %(comparison)s") % words
    return _("%(what)s %(comparison)s “%(value)s”") % words


def judgement(judged: Judgement) -> str:
    """One sentence: the condition, whether it holds, and what was there instead."""
    words = {"condition": condition(judged.condition), "found": judged.found}
    if judged.holds:
        return _("%(condition)s: this holds.") % words
    if judged.condition.comparison in ("yes", "no", "present", "absent"):
        return _("%(condition)s: this does not hold.") % words
    if judged.found:
        return _("%(condition)s: it is “%(found)s”.") % words
    return _("%(condition)s: it is something else, or not given.") % words
