"""Mail through SES: one recipient, plain text, and a head in which nothing can be added."""

from __future__ import annotations

import boto3
from botocore.stub import Stubber

from studio_core.aws.mail import Mail


def test_a_subject_adds_no_line_to_the_head():
    client = boto3.client(
        "sesv2", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    text = "Your code:\nABCD"
    content = {
        "Simple": {
            "Subject": {"Data": "Code for  Bcc: eve@evil.example", "Charset": "UTF-8"},
            "Body": {"Text": {"Data": text, "Charset": "UTF-8"}},
        }
    }
    sent = {
        "FromEmailAddress": "hack@example.org",
        "Destination": {"ToAddresses": ["ada@example.com"]},
        "Content": content,
    }
    with Stubber(client) as stub:
        stub.add_response("send_email", {"MessageId": "1"}, sent)
        Mail(client, "hack@example.org").send(
            "ada@example.com", "Code for\r\nBcc: eve@evil.example", text
        )
        stub.assert_no_pending_responses()
