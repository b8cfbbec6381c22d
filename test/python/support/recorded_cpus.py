"""Recorded descriptions of CPUs: their names for LLVM, and what Linux says of them in /proc/cpuinfo.

The flags are those of archspec 0.2.7 (https://github.com/archspec/archspec-json, Apache-2.0 OR MIT), which leaves out
sse3 (pni) and, for Sapphire Rapids, avx512_fp16; those of "zen5-virtual" were read on a virtual machine.
"""

from __future__ import annotations

from dataclasses import dataclass

from pock_mlir.machine import Machine

# What iree-cpuinfo 3.13 prints for an architecture: LLVM's name -> the flag of /proc/cpuinfo.
_DETECTED = {
    "x86_64": {
        **{name: name for name in ("ssse3", "sse4a", "avx", "fma", "fma4", "xop", "f16c", "avx2")},
        **{f"avx512{name}": f"avx512{name}" for name in ("f", "cd", "vl", "dq", "bw", "ifma", "vbmi")},
        **{f"avx512{name}": f"avx512_{name}" for name in ("vpopcntdq", "vnni", "vbmi2", "bitalg", "bf16", "fp16")},
        **{f"amx-{name}": f"amx_{name}" for name in ("tile", "int8", "bf16")},
        "sse3": "pni",
        "sse4.1": "sse4_1",
        "sse4.2": "sse4_2",
    },
    "aarch64": {
        **{name: name for name in ("lse128", "i8mm", "bf16", "sve", "sve2", "sve2p1", "sme", "sme2")},
        "fp-armv8": "fp",
        "lse": "atomics",
        "fullfp16": "asimdhp",
        "fp16fml": "asimdfhm",
        "dotprod": "asimddp",
    },
}


@dataclass(frozen=True)
class Recorded:
    """A CPU: LLVM's name of it, its architecture and its flags."""

    cpu: str
    architecture: str
    flags: frozenset[str]

    @property
    def triple(self) -> str:
        return f"{self.architecture}-unknown-linux-gnu"

    @property
    def detected(self) -> str:
        """What iree-cpuinfo prints there."""
        names = _DETECTED[self.architecture]
        return "".join(f"{name:<20} {int(flag in self.flags)}\n" for name, flag in names.items())

    @property
    def cpuinfo(self) -> str:
        """The part of /proc/cpuinfo that lists features."""
        key = "flags" if self.architecture == "x86_64" else "Features"
        return f"processor\t: 0\n{key}\t\t: {' '.join(sorted(self.flags))}\n"

    @property
    def machine(self) -> Machine:
        return Machine.described(self.architecture, self.detected, self.cpuinfo)

    def without(self, *prefixes: str) -> Recorded:
        """The same CPU where a kernel or hypervisor masks the features that begin so."""
        return Recorded(
            self.cpu, self.architecture, frozenset(flag for flag in self.flags if not flag.startswith(prefixes))
        )


def _x86(cpu: str, flags: str) -> Recorded:
    return Recorded(cpu, "x86_64", frozenset(flags.split()) | {"pni"})


def _arm(cpu: str, flags: str) -> Recorded:
    return Recorded(cpu, "aarch64", frozenset(flags.split()))


CPUS = {
    "zen4": _x86(
        "znver4",
        "abm aes avx avx2 avx512_bf16 avx512_bitalg avx512_vbmi2 avx512_vnni avx512_vpopcntdq avx512bw "
        "avx512cd avx512dq avx512f avx512ifma avx512vbmi avx512vl bmi1 bmi2 clflushopt clwb clzero cx16 f16c "
        "flush_l1d fma fsgsbase gfni lahf_lm mmx movbe pclmulqdq pku popcnt rdseed sse sse2 sse4_1 sse4_2 "
        "sse4a ssse3 vaes vpclmulqdq xsave xsavec xsaveopt",
    ),
    "zen5": _x86(
        "znver5",
        "abm aes avx avx2 avx512_bf16 avx512_bitalg avx512_vbmi2 avx512_vnni avx512_vp2intersect "
        "avx512_vpopcntdq avx512bw avx512cd avx512dq avx512f avx512ifma avx512vbmi avx512vl avx_vnni bmi1 "
        "bmi2 clflushopt clwb clzero cx16 f16c flush_l1d fma fsgsbase gfni lahf_lm mmx movbe movdir64b "
        "movdiri pclmulqdq pku popcnt rdseed sse sse2 sse4_1 sse4_2 sse4a ssse3 tsc_adjust vaes vpclmulqdq "
        "xsave xsavec xsaveopt",
    ),
    "skylake-x": _x86(
        "skylake-avx512",
        "abm adx aes avx avx2 avx512bw avx512cd avx512dq avx512f avx512vl bmi1 bmi2 clflushopt clwb cx16 f16c "
        "fma lahf_lm mmx movbe pclmulqdq popcnt rdrand rdseed sse sse2 sse4_1 sse4_2 ssse3 xsave xsavec "
        "xsaveopt",
    ),
    "icelake": _x86(
        "icelake-server",
        "abm adx aes avx avx2 avx512_bitalg avx512_vbmi2 avx512_vnni avx512_vpopcntdq avx512bw avx512cd "
        "avx512dq avx512f avx512ifma avx512vbmi avx512vl bmi1 bmi2 clflushopt clwb cx16 f16c fma gfni lahf_lm "
        "mmx movbe pclmulqdq popcnt rdpid rdrand rdseed sha_ni sse sse2 sse4_1 sse4_2 ssse3 vaes "
        "vpclmulqdq xsave xsavec xsaveopt",
    ),
    "sapphirerapids": _x86(
        "sapphirerapids",
        "abm adx aes amx_bf16 amx_int8 amx_tile avx avx2 avx512_bf16 avx512_bitalg avx512_fp16 avx512_vbmi2 "
        "avx512_vnni avx512_vpopcntdq avx512bw avx512cd avx512dq avx512f avx512ifma avx512vbmi avx512vl bmi1 bmi2 "
        "cldemote clflushopt clwb cx16 f16c fma gfni lahf_lm mmx movbe movdir64b movdiri pclmulqdq popcnt "
        "rdpid rdrand rdseed serialize sha_ni sse sse2 sse4_1 sse4_2 ssse3 vaes vpclmulqdq waitpkg "
        "xsave xsavec xsaveopt",
    ),
    "haswell": _x86(
        "haswell",
        "abm aes avx avx2 bmi1 bmi2 cx16 f16c fma lahf_lm mmx movbe pclmulqdq popcnt rdrand sse sse2 sse4_1 "
        "sse4_2 ssse3 xsave",
    ),
    "cortex-a72": _arm(
        "cortex-a72",
        "aes asimd cpuid crc32 evtstrm fp pmull sha1 sha2",
    ),
    "m1": _arm(
        "apple-m1",
        "aes asimd asimddp asimdfhm asimdhp asimdrdm atomics cpuid crc32 dcpodp dcpop dit evtstrm fcma flagm "
        "flagm2 fp fphp frint ilrcpc jscvt lrcpc paca pacg pmull sb sha1 sha2 sha3 sha512 ssbs uscat",
    ),
    "zen5-virtual": _x86(
        "znver5",
        "3dnowprefetch abm adx aes apic arat avx avx2 avx512_bf16 avx512_bitalg avx512_vbmi2 avx512_vnni "
        "avx512_vp2intersect avx512_vpopcntdq avx512bw avx512cd avx512dq avx512f avx512ifma avx512vbmi "
        "avx512vl avx_vnni bmi1 bmi2 clflush clflushopt clwb clzero cmov cmp_legacy constant_tsc cpuid "
        "cr8_legacy cx16 cx8 de erms extd_apicid f16c fma fpu fsgsbase fsrm fxsr fxsr_opt gfni ht hypervisor "
        "invpcid lahf_lm lm mca mce misalignsse mmx mmxext movbe msr mtrr nonstop_tsc nopl nx osvw pae pat "
        "pcid pclmulqdq pdpe1gb pge pni popcnt pse pse36 rdpid rdrand rdtscp rep_good sep sha_ni smap smep "
        "sse sse2 sse4_1 sse4_2 sse4a ssse3 syscall topoext tsc tsc_adjust tsc_deadline_timer tsc_known_freq "
        "umip vaes vme vmmcall vpclmulqdq x2apic xgetbv1 xsave xsavec xsaveerptr xsaveopt xsaves xtopology",
    ),
}
CPUS["zen5-no-rdseed"] = CPUS["zen5"].without("rdseed")
CPUS["icelake-masked"] = CPUS["icelake"].without("avx512")
