#!/usr/bin/env python3
"""Prints the age identity that decrypts a backup, made from the key of its instance.

    python3 backup_identity.py FOLDER > identity.txt

FOLDER is that of one backup. The key is asked for: its 24 words or its 64 hex digits, on a terminal or on standard
input. Nothing is printed unless manifest.hmac shows that this very key signed the manifest. Python's standard library
is enough; README.md says what is computed.
"""

import base64
import getpass
import hashlib
import hmac
import json
import os
import re
import sys
import zlib


def hkdf(key, salt, info):
    """RFC 5869 with SHA-256, 32 bytes: one block."""
    extracted = hmac.new(salt, key, hashlib.sha256).digest()
    return hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()


def read_key(text):
    """The 32 bytes of a key: 64 hex digits, or 24 words of BIP-39, of which the first four letters are enough."""
    digits = "".join(text.split())
    if re.fullmatch("[0-9a-fA-F]{64}", digits):
        return bytes.fromhex(digits)
    words = [word[:4] for word in re.findall("[a-z]+", text.lower())]
    unknown = [str(at + 1) for at, word in enumerate(words) if word not in WORDS]
    if len(words) != 24 or unknown:
        sys.exit("Give 24 words, or 64 hex digits. Not in the list: word " + (", ".join(unknown) or "none") + ".")
    number = 0
    for word in words:
        number = number << 11 | WORDS.index(word)
    key = (number >> 8).to_bytes(32, "big")
    if hashlib.sha256(key).digest()[0] != number & 255:
        sys.exit("These words are not a key: one of them is another, or they are in another order.")
    return key


def bech32(prefix, data):
    """BIP-173."""
    letters = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
    values, pending, bits = [], 0, 0
    for byte in data:
        pending, bits = pending << 8 | byte, bits + 8
        while bits >= 5:
            bits -= 5
            values.append(pending >> bits & 31)
    if bits:
        values.append(pending << 5 - bits & 31)
    checksum = 1
    for value in [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix] + values + [0] * 6:
        top, checksum = checksum >> 25, (checksum & 0x1FFFFFF) << 5 ^ value
        for at, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            checksum ^= generator if top >> at & 1 else 0
    checksum ^= 1
    return prefix + "1" + "".join(letters[v] for v in values + [checksum >> 5 * (5 - at) & 31 for at in range(6)])


# The first four letters of each word of BIP-39 in English, in their order.
WORDS = zlib.decompress(base64.b64decode("""
eNodmlmW4yAMAK+SqzmOFzpsw2J3+vRTlQ/XA7NYgCQEyfJc8mN5hgjiBsoUF+hmexFDWDD7Y1nXTQRRBAXraTa8gB2s/0SzdPhYOL65Jih8LR
W8fILg/evH98nsRJzXtQiymx3t+yJMNVLHQsGx+SD/0UidG+9D4mk+9B86/cSFbHzSd1TcuJkN1I8Wxm/C90kUOov1BPYYHX0cpm76TssQf8B6
yZEmZyQvdJXXUyBWVq58+O7gY1mZ8ttsLoJmudBV7jew++wM5V/xeSxViWuhQa2b+KZ816jR/E5zXpsDbo6/HfTZks8miqCnpojN+WqOp33bO5
vN5n65+eU2EKS/efxe74v4poKgjz746DgRZBQ+M8YiNhEEwk1Fmq7mVJqZzdpsuvLTRb+c+6usgnr38hZNIOy9MZX3Tr37jTy/oT+ey/MDGDEo
4HUAn7iIVUSQniD7LmfQfDZh3Wa2m2U8Twf6ROTHc1tWkcUE6yL4zLbtYDd10GI7LThNxS8siHaQ7SDT89bNMg3gm7rBh3phZQDYxTO8qRayKV
b2GZopluEZbBAVJS4vkUQWTEBkjYGp4LtShFmW9hnnJprgXXHgBS19lhefLVj1szg1RRkLivcs5S2srAQFjQA2675TljL5UPnloY+mYA1jA1l0
cQEFaxv9tmAVx9jCN3sIK7uCrVjqV1vxnQNoaD9gjppizyciTpwBoO3cmf2p7DNaEN/CrLM3s1llny7ubHbwfYJA5Okg5gdR5t/fY13oHQQRAW
q66jnW5S2i72ICyWyqIPssYhUv8X1XxCU+oFql2nG1z+bjt5oNEA7YW/sWWKP7hX4KW/XvuwlMDHsbfnBYbfhu2gmjA2YvCjYmZt2iKQXecheU
bs2s3zlZLhBFElkUUUUTXViZdQSr2MQurLJZJVgQLPC7Z7C/YvfF/pqYVpl+A0Vcw0F/wekKjYKAfwBMV8CVr3H5ooombkGper7qmwETHP2uXh
rsIoksbFssLYfoYogp7G8+hS2cuujUFdQYkC0Y+Fpe9FzQs1UbAfRc1IQSLY10pd0A6yXrsS+BJJCgqBlFzSjZ0nwIe3E9iutRVBTNDdhztVll
qAV/DOy52UL9KOqC1sf2ac9OZ5m2cE6L4yiufsGnrNokeIldJJFFF0PcAvXXToGVXd+2WeDsNudUEwW2KFWYdSa1zrUpS5s2m0HYQtE027V9fE
jMJzUmDnFV4lmZuIlfAU34vjEXU82fDnSq4Z81Pl4M4sWWKipgVsEBaP/SVF7awGu5M/g8Xhta/dqei2hgNUU8AoKwlAUGlm5it3S3dLeDw3fR
ZtF3fntLpvIXQ1ivWlBtW+2vWlAnULKtr8LS/s2+RRXWG7Ydll5fWOWil8DWBaJIAlmC0gdsDdA2oJSvwK4DGHOIlmZT2Q6a2WY9NmmwCt85Va
HbabeesgRlCUqg6QEL8IivggsEDAYTeqn3gAbFySj5i7egQSnIWPxEwaxeKuFLrQOHSKKLG6BrwGywCrb1cicAVVygmJo2Y5bnyncmlvaa7FAv
tealhrwmjhBQxfjg9UGoTacNImhfZDEAa7DpTcHnseGbADYHqPKy2QsV3/jcYzOE3I7jsYXjBAQoW3zyKuIScKurOEQSVVzA9pFp2BLKB4poYB
M4oC0RpgELUJYtL09Bf3gJnigozHacbZWVJOMuAQPIp6kf30WzWOGWm6nmu24WndqMFYEdsBhbxYK3f3MRFOBbNheEmPklTNm+YZpoLaWGd5vh
HbpKaijKILhBTV8CQS+8FiD16wB+WeXtFz0FpwjCUnRo+3XOfu3l1xH82tWvvRjAAebi1/n5rZZWe6lWcbp+na7faluH9uuo2Lh5no99YX73hc
+CCV6m0CYwAGoLOkgWYMOgAGvgSIDViIp3Hcm+mGPE4Juz/rQP7GLfLNWl7Juf2b7PS1BDJ7Eb6+2a974NU5dV7scecH57wKL2YN1A7LtrtSAJ
C9De3dAPWICDA3xfcwbWI4zZNeddS94dYBgMJPw+9oil7YaFuxEhGOICihmDpdjXHssiVlEE0kV0Yncb3OPnsRc70fB3DH9369tLfAlTxRQrtR
c27t0NClivvcW3wKaNfo0Wdzet3a1qJ1rcdQi7DmFv2z9BDQPCXQ+wN79oBLirk7vbC/gDSjidOjuaWbQvENhTw2HQf7jwh1H/4cIfrvlBGHEs
zVeEXYdh16FnOFzzg6niscawKmt+uJUcyx9ZY/ZDjw+aGIJvucDHiYRHQI+OsJMNeIvDRTuCHwt+Qrd6GK8fhuqHwczh6hwx+I6t9YjlKYqwlD
P14ZocBu2HUfpRiHkPV+Bw8g/D8sOI/CgK7hwfOtyjsP0dDYdyuPUfhuOHGz6oogu61/8ebvOH4fjh7B9u7odB+OG+fjjxh3v4MZV5skrHtLIB
N6CyhZ/0OI2ZTw/ThJI7SL5LHaDKhJIVMPGnEw8sYJs3qDyNVE+OceBveRBivkQUTVANvwyCiBZgLYA+Oc+envjPwOycemlCT2oEFulEz0+t5n
RzOwuh/VnYQ04nEWwiCBoYvJ2efE5n9yzVFKp1GnEBBHaez/Ltalg6LVB29rpzHiaw/dMdCiCTRxBwCFp5DjkNc07DnHN26n3wIm7qwd0nELEI
U0jHnl4ejiZ48QB4n7CbkJj4kBAYTICvDO4loAneeb8AoiiCgoyzAkH47mW9fRHW2313mj2t5zfyj6kf6yULslmFyt9v/BPdgm5Bt2fmCNh2WD
AsGLa4TF1WwYUGjTt0LJQIhI97bRAGmx1xR3v8LKzSz4Jz/FnMEYb8qBA/Hr9/1ICf7d4eP9jMj9H4T3mbYz1+OIX+eC78mUStP5M48ccFAEHQ
rRHD27DxvTHRoAKc9Hv7PN6BD79RcB7K9MJvbfmNgGD4rGITZu/weGds6J2JYd4ZywH3I2J+PJsoAOUEH/D2HWJFRYieBaOnv6jjie4zUccDMr
iWh4eeaEQLOvhY7Y+eNBOwiyYuwM4St10cPougwcbmSoyCJMYXwNLsOwKsyP4Ohq1YpGigGd2ogKnV1P4FVTSx6PUEbuspkDgwrzGwojGgElFr
i05PDN/+MGp2m5egSnnytbL6jsnmXEYH2l30WIQHRCCPNpzQbOE0aGOxfGhhBBgnHjZqZHFm37HVxvnLdz84w+T1T+JjGIo5wuK0BLN4rOS+kB
aipuQ6JJ1UWnxFR0lHlVwV0MUE1Vb4LbAKS7+fYZtLHtaTN0TAFow7eShPLmZyFwFWGRb82oz9JLlySVUGXVC6Kfb2WgT1vDVK3holAkdhNptV
qk1ZNmXxfAH4xtbtQDE8UACy+sSkJqcQ34LBuGBJxU4GFcmDAqBTtytAV54RkhqfXMlEVMHjq19yBT+fPBEDU8nHnL15EkgeapOH2lRQieQBNh
kfJN1pKv0fULoybIFvSK5y8tiaXGpAwXRCvNxJE+eXPDCmScgDzDpaL3GS5pzc+dPHgo/ZD93nhQNEdufPS30DRpZdoayRgfnIGk7e0Kls+Ja1
FxABpp63Si8bm1R2n8/b97nBNIWgecMiM3HoI2skWdPI5Un7gr1lLwGym0kuhBjZmCh7NsqFBcpuIdl5yM5DduA6jjzx2Vntzl5WZb5VlvejPP
FO5Yk7pv8AmIninXt50ll5MmPFq/WysoMUb8/LC0fqpQXPJqix803juPLmdOwmyPZ3Afbv4p5SMsPQFllMevBkAaha8ZSADmswxV5TKmIX44rS
nqZYr9LQC2CWuSyGFMUbvtKYS3ZOOhhsLmWOl/imquiPcuHgmYUsqIfH46HG74f2Lmv5Q52qN3JVf1o94VUjjmqkV72Wq9owsAB9rAb1dalmm1
XaN/UWNmuWoudVo63aa1U5qkZbNdrqdVo1PqkLk1S9A65ablV1quZbvRlwfngWYQ2cWN2qaLuwabMuXZ6OgggCKNP54b3hYw3rFxQEDkmVaePh
y5otKADzqvrZGhyT1lndkKoH9eqtcDXArMaW1ci/eltWvS0DzAwOVByCeoUNF1DPXbQWp9GwqBoWVS+sAB14JVULW35ViWvpljpvBkNVda667K
oS13LbjO25Gn5Ww8/qjRLYRRVdDHGBYL1gFULh6gkAFGG98K3CABv7fTU4rR5Xgf1xUgA/wrbFZk6/B4fq1XE1kgX0MrHN6tVx9YYYVEE944Tq
RlInp01gtpltZts3az3cTsUkq3fF9cP6cZaOIosGGNo/Y49/RsfgDyBF82KZCVnFJt4Afw8CwCqbuxPoIJpFqObZtKnVzZ2peYHcVOPmFtNU2a
Z6eqHSlr/yaG4uzWCpqZ1tYx8HE7DlNm+/mrdfzYsv8AEvS3db7L7bzR5WOZow+2OzaAfxm7I02jb5Lvku+S7ZgdJ6ZmruWE1jaF6QNS/IgB+q
1vtnzziy5t1Y824MWNBt0S0dvhuKMcyitE3P27wla9tNp+eHb4Snj3B8AVeEOpkiEmzBoembmzdlzXgO7bIVy4yKsRDB3gPRVjNiaQYrzftfNK
4ISg1WmndeqNguzKJyTZfetAH07BBZ0L0RS/PXijaVxUK3Mo9TPKzXRH86n+q6M5ABvrqrDF2f1vVpoIghJkhWQTe6atF1WMAqGHfXYXU1omP5
fUUPur9QdH9w6P500NfNLF64e/XV12AKpetrsQrG0lcFW5sF6D/gHT6k6/S6atWNWboq1L077cadwGpYOniDA9lVl27A3tWP7iG6G3h2VaMbvX
R32G7g0g1BuwvdXeN+OjUnAW7314nuLxH9tHtOfsKswp/BKthO98AH6I9znrAUjwAscHyn4+PUBvz46dDOaQdMV8A/dI8AXe3pgSC6qzjd29Xu
PU03kOp6ZEAnRlOA3jliCVs4cfrmrlp1wqceCPv62znjqAGCTxRZINd7kvXU0L276V7WAEr9baN7T9C9u+leFnR/zOj+jtG9Iuje2PTkHCXnKN
lzQj8BY/dWEbwFcnpO6UYavZglahBBUKXgkTpxAlD/jBG6m0H3Vw7AkI32urF6N7zrHo+720IvDkH17/4W0T2OdQ2hVyXwZ2rwzfLxqj7VzQKH
Wl1Sd9Fe1czqoKuDruEtLHCaqrKwWwnfOcDqulZno6q31en3t+9eWVLvOsEmeDWc4aFiDRVrcJoG34IksmhiCDoYCjqU0eMpqMIqyjic66F4Q4
3z527wzRZhPZVtKNlQsqFko1mq7o2pLCrgmLb90N98/ogkmKrpEhkOd7eubkzcJ+FV9yDU3Wb6TFbOPl+gDxNn293IAFJMvz2bTZutmgXtW4B4
s5tVZW/V6HYybtXD+/R+OwW3U3CrPLcqeDvm22/fDvJDwApo8XFUhmvDH1CH+5yzPHRqY8GEgK+yqGabpd3st9UQnJWGwRZIAHsbKMcwxALfFN
UMrIbB+TAIH/50ObxRIsZMwuxWRBMfEHyHtxs6gnEyK0NHMPxxcpzTZszj0AkMncAwBBtezA7Pu8AsQdHA1wxNfXhSGmEgolvGKE9k1I6GF3YD
HzSKfRh4Dy8qhrsI4IPG2kNbGh6fhnHW8FJ14K94fFVNEYoMT09DQxuGXsMdZ2hjo9ymbnu6rYJsRl7D3/yGv74ML1uHgdgwXh/eAw7vAYf3gM
AWrPHwMnD4FxGU1Czb6jA4G8bww+Bs+NvMMMAahlXD3/yGv/mBKKwy7RnDH42O/blvqKTDQ83wyD7U0jGJw4eXt8PbsHHjAQDZ2y+qX4Cebubp
o6J8mI95EHVMf0uZ/mQCbsCRaXrNNb3hml5uTe+1plda0yutqdcD/8QQF3hnEK3CHjozYk9vqWZl8WYl+JnE6QB7nv63Zla2+tlYX2yIVGdaPY
3yvMQuEKXjc6ae4VqIuS5/j7i8zOKEE4QFeNKLtbg8plwL4dDltcKlCVz+0HD5D5Jrs5rx1KW+Xx7+ORw9haWEpOADuikiwiswK5f3NlfAqV8e
Jy71+ArbDfy2V6OXfyu5/G0Q0Kk/EAJbdLPDLDHW5UXNVVgRgBglmmIvuDy/XoY4t+cwUABze2vet4MEGWTf4XhuL9pvD163v7DcXrffjvc2lL
2NWfxjz23sCqpooguqbU8eTOo2vLi3YCHi3DqAm231Nky4tf/bvync/kPh1gnc2v9tcHBr+rfzAajntdYd2ORuZ0adu70auf3l5XYzvz1y3f6k
ejtttwaPVlqlf1MMxJ9e7hIZoYZ9e2y6PfbfmvPtH2dufxQB32wTdKUV3kTgAqE869xev99ejX68Jv84AR+d3wdb+7i1ftxQ//zp6c9b7z8dyF
8p/wFyekfE
""")).decode().split()


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with open(os.path.join(sys.argv[1], "manifest.json"), "rb") as file:
        manifest = file.read()
    with open(os.path.join(sys.argv[1], "manifest.hmac"), "r") as file:
        signature = file.read().strip()
    facts = json.loads(manifest)
    instance = facts["instance_id"].encode()
    ask = "The key of this backup (" + facts["key_fingerprint"] + "), as 24 words or 64 hex digits: "
    key = read_key(getpass.getpass(ask) if sys.stdin.isatty() else sys.stdin.read())
    signing = hkdf(key, instance, b"temps backup manifest v1")
    expected = hmac.new(signing, manifest + bytes.fromhex(facts["previous"] or ""), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, signature):
        sys.exit("This key did not sign this backup: it is another key, or the manifest was changed.")
    print(bech32("age-secret-key-", hkdf(key, instance, b"temps backup identity v1")).upper())


main()
