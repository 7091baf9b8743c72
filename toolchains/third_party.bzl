# SPDX-License-Identifier: Apache-2.0
"""Other people's code that an image may link: where it comes from, and what a bill of material says about it."""

# repository: its release, SPDX licence, and Debian's copy of its sources
THIRD_PARTY = {
    "bearssl": struct(
        title = "BearSSL",
        version = "0.6",
        license = "MIT",
        pool = "pool/main/b/bearssl/bearssl_0.6+dfsg.1.orig.tar.xz",
        sha256 = "102a625bd8f6155260867a50c508df8d8c3f796985dd744df1a68e5cd1a79004",
    ),
    "libfdt": struct(
        title = "libfdt",
        version = "1.7.2",
        license = "GPL-2.0-or-later OR BSD-2-Clause",
        pool = "pool/main/d/device-tree-compiler/device-tree-compiler_1.7.2.orig.tar.xz",
        sha256 = "92d8ca769805ae1f176204230438fe52808f4e1c7944053c9eec0e649b237539",
    ),
}
