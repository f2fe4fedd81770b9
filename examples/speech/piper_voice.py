"""A voice for Puppet Master: Piper, kept running. Takes a path, a tab and a text a line, writes the WAV file, answers "ok".

    pip install piper-tts
    speech.voice_command: python3 examples/speech/piper_voice.py en_US-joe-medium.onnx

The argument is a voice of Piper, with its .onnx.json beside it.
"""

import sys
import wave

from piper import PiperVoice

voice = PiperVoice.load(sys.argv[1])
for line in sys.stdin:
    path, text = line.rstrip("\n").split("\t", 1)
    with wave.open(path, "wb") as wav:
        voice.synthesize_wav(text, wav)
    print("ok", flush=True)
