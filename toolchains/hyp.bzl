# SPDX-License-Identifier: Apache-2.0
"""What BUILD files load: hyp_library, hyp_test, hyp_property, hyp_module, hyp_guest, hyp_image, hyp_initrd, qemu_plugin, qemu_test."""

load("//toolchains/rules:cc.bzl", _hyp_library = "hyp_library", _hyp_module = "hyp_module", _hyp_property = "hyp_property", _hyp_test = "hyp_test")
load("//toolchains/rules:guest.bzl", _hyp_guest = "hyp_guest", _qemu_plugin = "qemu_plugin")
load("//toolchains/rules:image.bzl", _hyp_image = "hyp_image")
load("//toolchains/rules:initrd.bzl", _hyp_initrd = "hyp_initrd")
load("//toolchains/rules:qemu.bzl", _qemu_test = "qemu_test")

hyp_guest = _hyp_guest
hyp_image = _hyp_image
hyp_initrd = _hyp_initrd
hyp_library = _hyp_library
hyp_module = _hyp_module
hyp_property = _hyp_property
hyp_test = _hyp_test
qemu_plugin = _qemu_plugin
qemu_test = _qemu_test
