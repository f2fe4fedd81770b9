"""Our signatures against the carrier's own validator, both ways, over thousands of made-up webhooks.

For each: the package accepts what we sign, we accept what the package signs, and neither accepts it for another webhook.
The same seed makes the same webhooks everywhere.
"""

import hashlib
import json
import random
import subprocess
import sys
import urllib.parse

from sandbox import check
from twilio.request_validator import RequestValidator

WEBHOOKS = 3_000
LETTERS = "abcXYZ019_-.~ +&=%#?/\\'\"<>;,:@$!*()[]{}|^`\t\r\nöß漢字🎉\u00a0\u200b"
NAMES = "abcXYZ019_-. "


class Parameters(dict):
    """What a web framework gives: names that may come more than once."""

    def getlist(self, name):
        return self[name]


def text(dice, letters, most):
    return "".join(dice.choice(letters) for _ in range(dice.randrange(most + 1)))


def webhook(dice):
    secret = text(dice, "0123456789abcdef", 32) or "0"
    port = dice.choice(["", "", ":8443", ":443"])
    path = urllib.parse.quote(text(dice, LETTERS, 12))
    query = urllib.parse.urlencode([(text(dice, NAMES, 8), text(dice, LETTERS, 8)) for _ in range(dice.randrange(3))])
    url = f"https://pm.example.com{port}/{path}" + ("?" + query if query else "")
    if dice.random() < 0.2:
        body = json.dumps({text(dice, NAMES, 6): text(dice, LETTERS, 40)}, ensure_ascii=False)
        hashed = hashlib.sha256(body.encode()).hexdigest()
        url += ("&" if query else "?") + "bodySHA256=" + hashed
        return secret, url, "application/json", body, body
    parameters = Parameters()
    for _ in range(dice.randrange(12)):
        values = parameters.setdefault(text(dice, NAMES, 10) or "n", [])
        values.append(text(dice, LETTERS, 30))
    pairs = [(name, value) for name, values in parameters.items() for value in values]
    dice.shuffle(pairs)
    return secret, url, "application/x-www-form-urlencoded", urllib.parse.urlencode(pairs), parameters


def main():
    signer = sys.argv[3]
    dice = random.Random(20261126)
    asked, given = [], []
    for _ in range(WEBHOOKS):
        secret, url, kind, body, parameters = webhook(dice)
        validator = RequestValidator(secret)
        signature = validator.compute_signature(url, {} if kind == "application/json" else parameters)
        given.append((validator, url, parameters, signature))
        question = {"secret": secret, "url": url, "content_type": kind, "body": body, "signature": signature}
        asked.append(question)
        # The same signature on another webhook: one more parameter, or another word in a body that is hashed.
        asked.append({**question, "body": body + ("&x=1" if body else "x=1") if kind != "application/json" else body + " "})
    lines = "".join(json.dumps(question) + "\n" for question in asked)
    ran = subprocess.run([signer], input=lines.encode(), stdout=subprocess.PIPE, check=True)
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    check(f"{len(asked)} webhooks are answered", len(answers) == len(asked), len(answers))
    ours, forged = answers[0::2], answers[1::2]
    differ = [(url, parameters) for (_, url, parameters, signature), answer in zip(given, ours) if answer["signature"] != signature]
    check("we sign as the package signs", not differ, differ[:2])
    refused = [(url, parameters) for (_, url, parameters, _), answer in zip(given, ours) if not answer["accepted"]]
    check("we accept what the package signs", not refused, refused[:2])
    taken = [question["url"] for question, answer in zip(asked[1::2], forged) if answer["accepted"]]
    check("and nothing else by that signature", not taken, taken[:2])
    invalid = [
        (url, parameters) for (validator, url, parameters, _), answer in zip(given, ours) if not validator.validate(url, parameters, answer["signature"])
    ]
    check("the package accepts what we sign", not invalid, invalid[:2])


main()
