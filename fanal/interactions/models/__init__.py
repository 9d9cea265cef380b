"""Contacts: one row per contact on one channel, its segments, messages, topics and what we learnt of who it is."""

from fanal.interactions.models.calls import Hold, Leg, LegKind
from fanal.interactions.models.contacts import (
    Block,
    Candidate,
    Direction,
    EndReason,
    Identification,
    Interaction,
    InteractionQuery,
    Segment,
    SegmentKind,
)
from fanal.interactions.models.dialling import Dial, DialFor, DialQuery
from fanal.interactions.models.drafts import Draft
from fanal.interactions.models.holds import LONGEST_REASON, LegalHold, held_with
from fanal.interactions.models.later import BackTo, FollowUp, FollowUpState
from fanal.interactions.models.letters import Letter, Part, Recipient
from fanal.interactions.models.notices import Notice
from fanal.interactions.models.outcomes import Correction, Disposition, Topic, TopicOrigin, TopicSpan
from fanal.interactions.models.quality import LineQuality, MeasuredSound, SegmentQuality, Way
from fanal.interactions.models.recordings import (
    RUNS,
    Hearing,
    Keying,
    KeyingEnd,
    RecordedCall,
    Recording,
    RecordingKind,
    RecordingPolicy,
    RecordingQuery,
    RecordingState,
)
from fanal.interactions.models.said import Attachment, Author, CannedReply, DeliveryState, Message, Note
from fanal.interactions.models.shared import AnswerCopy, CopyState, SharedAnswer
from fanal.interactions.models.together import SUPERVISES, WITH_CUSTOMER, InCall, PartEnd, Participation
from fanal.interactions.models.transcripts import (
    SpeechService,
    Spoken,
    SpokenSide,
    Transcription,
    Unheard,
    UnheardReason,
)
from fanal.interactions.models.webcalls import WebCall

__all__ = [
    "LONGEST_REASON",
    "RUNS",
    "SUPERVISES",
    "WITH_CUSTOMER",
    "AnswerCopy",
    "Attachment",
    "Author",
    "BackTo",
    "Block",
    "Candidate",
    "CannedReply",
    "CopyState",
    "Correction",
    "DeliveryState",
    "Dial",
    "DialFor",
    "DialQuery",
    "Direction",
    "Disposition",
    "Draft",
    "EndReason",
    "FollowUp",
    "FollowUpState",
    "Hearing",
    "Hold",
    "Identification",
    "InCall",
    "Interaction",
    "InteractionQuery",
    "Keying",
    "KeyingEnd",
    "Leg",
    "LegKind",
    "LegalHold",
    "Letter",
    "LineQuality",
    "MeasuredSound",
    "Message",
    "Note",
    "Notice",
    "Part",
    "PartEnd",
    "Participation",
    "Recipient",
    "RecordedCall",
    "Recording",
    "RecordingKind",
    "RecordingPolicy",
    "RecordingQuery",
    "RecordingState",
    "Segment",
    "SegmentKind",
    "SegmentQuality",
    "SharedAnswer",
    "SpeechService",
    "Spoken",
    "SpokenSide",
    "Topic",
    "TopicOrigin",
    "TopicSpan",
    "Transcription",
    "Unheard",
    "UnheardReason",
    "Way",
    "WebCall",
    "held_with",
]
