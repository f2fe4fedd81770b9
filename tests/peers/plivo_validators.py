"""Our signatures against the validators of Plivo's own package, both ways, over thousands of made-up webhooks.

For each: the package accepts what we sign, in both schemes, we accept what the package signs, and neither accepts it for
another webhook. Addresses are ASCII: of others the package makes an exception of Python's own.
"""

import json
import random
import subprocess
import sys
import urllib.parse

from plivo.utils import validate_signature
from plivo.utils.signature_v3 import construct_get_url, construct_post_url, get_signature_v3, validate_v3_signature
from sandbox import check

WEBHOOKS = 3_000
LETTERS = "abcXYZ019_-.~ +&=%#?/\\'\"<>;,:@$!*()[]{}|^`\töß漢字🎉\u00a0"
PLAIN = "abcXYZ019_-.~ +&=%#?/\\'\"<>;,:@$!*()[]{}|^`"
NAMES = "abcXYZ019_-."


def text(dice, letters, most, least=0):
    return "".join(dice.choice(letters) for _ in range(dice.randrange(least, most + 1)))


def webhook(dice):
    secret = text(dice, "0123456789abcdefABCDEF", 40, 1)
    port = dice.choice(["", "", ":8443"])
    path = urllib.parse.quote(text(dice, PLAIN, 12))
    query = urllib.parse.urlencode([(text(dice, NAMES, 8, 1), text(dice, PLAIN, 8)) for _ in range(dice.randrange(3))])
    url = f"https://pm.example.com{port}/{path}" + ("?" + query if query else "")
    nonce = text(dice, "0123456789", 20, 20)
    if dice.random() < 0.3:
        return secret, "GET", url, nonce, {}
    parameters = {}
    for _ in range(dice.randrange(12)):
        parameters.setdefault(text(dice, NAMES, 10, 1), []).append(text(dice, LETTERS, 30))
    return secret, "POST", url, nonce, parameters


def signed_by_package(secret, method, url, nonce, parameters):
    base = construct_get_url(url, {}) if method == "GET" else construct_post_url(url, dict(parameters))
    return get_signature_v3(secret.encode(), base.decode(), nonce).decode()


def main():
    signer = sys.argv[3]
    dice = random.Random(20261126)
    given = [webhook(dice) for _ in range(WEBHOOKS)]
    asked = []
    for secret, method, url, nonce, parameters in given:
        pairs = [(name, value) for name, values in parameters.items() for value in values]
        dice.shuffle(pairs)
        question = {
            "secret": secret,
            "method": method,
            "url": url,
            "nonce": nonce,
            "content_type": "application/x-www-form-urlencoded",
            "body": urllib.parse.urlencode(pairs),
            "signature": signed_by_package(secret, method, url, nonce, parameters),
        }
        asked.append(question)
        # The same signature on another webhook: one more parameter, or another nonce.
        another = {"nonce": nonce[::-1] + "0"} if method == "GET" else {"body": question["body"] + ("&zz=1" if pairs else "zz=1")}
        asked.append({**question, **another})
    lines = "".join(json.dumps(question) + "\n" for question in asked)
    ran = subprocess.run([signer], input=lines.encode(), stdout=subprocess.PIPE, check=True)
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    check(f"{len(asked)} webhooks are answered", len(answers) == len(asked), len(answers))
    ours, forged = answers[0::2], answers[1::2]
    differ = [hook for hook, question, answer in zip(given, asked[0::2], ours) if answer["signature"] != question["signature"]]
    check("we sign as the package signs", not differ, differ[:2])
    refused = [hook for hook, answer in zip(given, ours) if not answer["accepted"]]
    check("we accept what the package signs", not refused, refused[:2])
    taken = [question for question, answer in zip(asked[1::2], forged) if answer["accepted"]]
    check("and nothing else by that signature", not taken, taken[:2])
    accepted = lambda hook, answer: validate_v3_signature(hook[1], hook[2], hook[3], hook[0], answer["signature"], dict(hook[4]))
    invalid = [hook for hook, answer in zip(given, ours) if not accepted(hook, answer)]
    check("the package accepts what we sign", not invalid, invalid[:2])
    old = [hook for hook, answer in zip(given, ours) if not validate_signature(hook[2], hook[3], answer["v2"], hook[0])]
    check("and in the older scheme", not old, old[:2])


if __name__ == "__main__":
    main()
