"""The words of the chat widget, in the language that is active; its scripts contain none."""

from django.utils.translation import gettext as _


def launcher_words() -> dict[str, str]:
    """What the button on the host's page says."""
    return {
        "open": _("Chat with us"),
        "close": _("Close the chat"),
        "title": _("Chat"),
        "unread": _("New messages: {count}"),
    }


def field_labels() -> dict[str, str]:
    """What the form before the chat may ask."""
    return {
        "name": _("Your name"),
        "email": _("Your e-mail address"),
        "phone": _("Your phone number"),
        "order": _("Order number"),
        "topic": _("What is it about?"),
        "card": _("Card number"),
        "account": _("Account number"),
        "birth": _("Date of birth"),
        "behalf": _("On whose behalf are you writing?"),
        "message": _("Your message"),
    }


def widget_words() -> dict[str, str]:
    """What the conversation says by itself."""
    return {
        "you": _("You"),
        "us": _("We"),
        "today": _("Today"),
        "yesterday": _("Yesterday"),
        "connecting": _("Connecting…"),
        "offline": _("You are offline. We keep your message and send it as soon as the network is back."),
        "reconnecting": _("The connection is cut. We keep your message and send it when it is back."),
        "closed_until": _("We are closed now and open again {when}. You can write; we answer then."),
        "closed": _("We are closed now. You can write; we answer when we open."),
        "nobody": _("Nobody is free at the moment. You can write; we answer as soon as we can."),
        "switched_off": _("This chat is closed. What you have written is with us; please use another way to reach us."),
        "waiting": _("Somebody will be with you shortly."),
        "waiting_place": _("You are number {place} in the queue."),
        "waiting_time": _("It may take about {minutes} min."),
        "waiting_soon": _("It will take less than a minute."),
        "waiting_unknown": _("We cannot say how long it will take."),
        "talking": _("You are talking with {name}."),
        "joined": _("{name} has joined."),
        "left_queue": _("{name} is no longer in this chat. Somebody will be with you shortly."),
        "ended_agent": _("The chat has ended. Thank you."),
        "ended_customer": _("You have ended the chat."),
        "ended_closed": _("The chat was closed because we are closed now."),
        "ended_timeout": _("The chat was closed because nobody wrote any more."),
        "ended_blocked": _("The chat was closed."),
        "mail_asked": _("We answer you by e-mail, at {address}."),
        "bad_address": _("This is no e-mail address."),
        "call_connecting": _("Calling…"),
        "call_talking": _("On the phone with {name}"),
        "call_held": _("You are on hold for a moment."),
        "call_over": _("The call has ended."),
        "call_failed": _("The call could not be made. Try again, or write to us."),
        "call_no_microphone": _("The browser gives no microphone. Allow it for this page, then call again."),
        "call_no_device": _("No microphone is connected. Plug one in, then call again."),
        "call_cut": _("The line is cut. We keep it for a moment."),
        "call_lost": _("The line was lost. You can call again."),
        "call_no_camera": _("The browser gives no camera. Allow it for this page, then switch it on again."),
        "blocked": _("You cannot write here until {when}."),
        "typing": _("{name} is typing…"),
        "sending": _("sending"),
        "kept": _("kept, will be sent"),
        "sent": _("sent"),
        "delivered": _("delivered"),
        "read": _("read"),
        "failed": _("not accepted"),
        "remove": _("Remove"),
        "download": _("Download {name}"),
        "uploading": _("Sending {name}…"),
        "too_large": _("{name} is too large: at most {most} MB."),
        "no_upload": _("{name} could not be sent. Try again when the connection is back."),
        "write_first": _("Write a first message, then send the file."),
        "not_recognised": _("You can go on without being recognised."),
        "ask_end": _("End this chat?"),
        "missing": _("This is needed."),
        "kilobytes": _("{size} kB"),
        "megabytes": _("{size} MB"),
        "too_long": _("Your message has {number} characters. At most {most} can be sent at once: please shorten it."),
        "not_kept": _("This browser does not let us keep messages: do not close the page before they are sent."),
    }
