"""What routing refuses, in words for the person who asked."""

from enum import StrEnum

from django.utils.translation import gettext as _


class Refusal(StrEnum):
    GONE = "gone"
    NOT_YOURS = "not_yours"
    NOT_THERE = "not_there"
    NO_QUEUE = "no_queue"
    NO_TALK = "no_talk"
    SAME_AGENT = "same_agent"
    ONE_TARGET = "one_target"
    ALREADY_TALKING = "already_talking"
    NO_ADDRESS = "no_address"
    OVER = "over"
    WAITS_ALREADY = "waits_already"
    PACKET = "packet"
    TOO_LONG = "too_long"
    NOT_HANDED_OVER = "not_handed_over"
    NOTHING_ASKED = "nothing_asked"
    NOTHING_ANSWERED = "nothing_answered"
    ANSWERED_ALREADY = "answered_already"
    NOT_ASKED = "not_asked"
    TAKEN = "taken"
    CALLS_DO_NOT_GO_OUT = "calls_do_not_go_out"
    NO_PHONE = "no_phone"
    IN_A_CALL = "in_a_call"
    PRACTISES = "practises"
    ONE_IS_ASKED = "one_is_asked"
    NOT_ANSWERED = "not_answered"
    HAS_LEFT = "has_left"
    NO_NUMBER = "no_number"
    NOT_WATCHED = "not_watched"


class NotPossible(Exception):
    """It cannot be done as things are; `code` for programs, `sentence()` for people."""

    def __init__(self, code: Refusal) -> None:
        super().__init__(code.value)
        self.code = code

    def sentence(self) -> str:
        match self.code:
            case Refusal.GONE:
                return _("This offer is over: the time ran out, or somebody else has it.")
            case Refusal.NOT_YOURS:
                return _("This was offered to somebody else.")
            case Refusal.NOT_THERE:
                return _("This agent is not available now. Choose somebody else, or a queue.")
            case Refusal.NO_QUEUE:
                return _("No open queue can take this now.")
            case Refusal.NO_TALK:
                return _("This contact is no longer in a conversation.")
            case Refusal.SAME_AGENT:
                return _("This agent already has the contact.")
            case Refusal.ALREADY_TALKING:
                return _("This customer is in a contact with us already.")
            case Refusal.NO_ADDRESS:
                return _("There is no chat in which we were sure of this customer. Ask for another way to reach them.")
            case Refusal.OVER:
                return _("This case is settled or taken back. Reopen it first.")
            case Refusal.WAITS_ALREADY:
                return _("This case waits in a queue already. Take it out first.")
            case Refusal.PACKET:
                return _("Say all three: what it is about, what was tried, and what you expect.")
            case Refusal.TOO_LONG:
                return _("A text may have at most 4,000 characters. Please shorten it.")
            case Refusal.NOT_HANDED_OVER:
                return _("This case was not handed over to this line, so there is nobody to give it back to.")
            case Refusal.NOTHING_ASKED:
                return _("Write what you want to know.")
            case Refusal.NOTHING_ANSWERED:
                return _("Write an answer.")
            case Refusal.ANSWERED_ALREADY:
                return _("This question has been answered or taken back.")
            case Refusal.NOT_ASKED:
                return _("This question was put to somebody else.")
            case Refusal.TAKEN:
                return _("Somebody has taken the case already.")
            case Refusal.CALLS_DO_NOT_GO_OUT:
                return _("Calls do not go out yet: an administrator names the carrier's line and the countries first.")
            case Refusal.NO_PHONE:
                return _("Your phone cannot be rung at the moment. Look at its state in the top bar.")
            case Refusal.IN_A_CALL:
                return _("You are in a call, or one rings. Finish it first.")
            case Refusal.PRACTISES:
                return _("Whoever practises calls nobody.")
            case Refusal.ONE_IS_ASKED:
                return _("Somebody is being asked already. Bring them into the talk or let them go first.")
            case Refusal.NOT_ANSWERED:
                return _("They have not answered yet. Wait until they do, or let them go.")
            case Refusal.HAS_LEFT:
                return _("They have left the call already.")
            case Refusal.NOT_WATCHED:
                return _("This contact is not of a queue that you supervise.")
            case Refusal.NO_NUMBER:
                return _("This number cannot be called.")
            case Refusal.ONE_TARGET:
                return _("Choose exactly one: an agent, a queue or a tier.")
