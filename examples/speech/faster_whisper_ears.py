"""Ears for Puppet Master: faster-whisper, kept running. Takes the path of a WAV file a line, answers with its words.

    pip install faster-whisper
    speech.ears_command: python3 examples/speech/faster_whisper_ears.py base.en

The argument is the name of a model, which faster-whisper fetches at its first start, or a folder that holds one.
"""

import sys

from faster_whisper import WhisperModel

model = WhisperModel(sys.argv[1], device="cpu", compute_type="int8")
for line in sys.stdin:
    segments, _ = model.transcribe(line.rstrip("\n"), beam_size=5, language="en", condition_on_previous_text=False)
    print(" ".join(segment.text.strip() for segment in segments), flush=True)
