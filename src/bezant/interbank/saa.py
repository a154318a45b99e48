"""The file that SWIFT interfaces hand over (DataPDU): around a message, and which way it goes.

`Input` goes to the network and `Output` comes from it, as the interface sees it.
"""

import re

from bezant.iso20022.head import Header
from bezant.iso20022.messages import Envelope

ENVELOPE = Envelope(around=("DataPDU", "Body"), namespace="urn:swift:saa:xsd:saa.2.0")
"""What stands around each message."""

SENT = re.compile(rb"<(?:[A-Za-z]\w*:)?SubFormat>\s*Input\s*<")
"""What says that a message is on its way out."""


def heading(header: Header) -> bytes:
    """Return the interface's own header, which stands before the body."""
    to = header.to_agent.bic if header.to_agent else ""
    return (
        "<Revision>2.0.14</Revision>\n<Header>\n<Message>\n"
        f"<SenderReference>{header.id}</SenderReference>\n"
        f"<MessageIdentifier>{header.message}</MessageIdentifier>\n"
        "<Format>MX</Format>\n<SubFormat>Input</SubFormat>\n"
        f"<Receiver><BIC12>{to}</BIC12></Receiver>\n"
        "</Message>\n</Header>\n"
    ).encode()
