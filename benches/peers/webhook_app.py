"""The voice webhook as most programs have it: Flask, and Twilio's own package for the signature and the document."""

import os

from flask import Flask, Response, abort, request
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import VoiceResponse

app = Flask(__name__)
validator = RequestValidator(os.environ["WEBHOOK_SECRET"])


@app.post("/<path:path>")
def voice(path):
    if not validator.validate(request.url, request.form, request.headers.get("X-Twilio-Signature", "")):
        abort(403)
    answer = VoiceResponse()
    answer.hangup()
    return Response(str(answer), mimetype="text/xml")
