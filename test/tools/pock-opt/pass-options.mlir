// RUN: pock-opt %s --test-print-options 2>&1 | FileCheck %s --check-prefix=DEFAULT
// RUN: pock-opt %s --pass-pipeline='builtin.module(test-print-options{count=7 ratio=1e-3 title="a b" verbose names=a,b sizes={3,4} mode=mean limit=9})' 2>&1 | FileCheck %s
// RUN: pock-opt %s --test-print-options='count=7 ratio=1e-3 title="a b" verbose=true names={a,b} sizes=[3,4] mode=mean limit=9' 2>&1 | FileCheck %s
// RUN: pock-opt %s --pass-pipeline='func.func(test-print-options{verbose=0})' 2>&1 | FileCheck %s --check-prefix=NESTED

// DEFAULT: builtin.module count=3 ratio=0.5 title='none' verbose=False names=() sizes=(1, 2) mode='sum' limit=None
// CHECK: builtin.module count=7 ratio=0.001 title='a b' verbose=True names=('a', 'b') sizes=(3, 4) mode='mean' limit=9
// NESTED: func.func count=3 ratio=0.5 title='none' verbose=False
// NESTED: func.func count=3 ratio=0.5 title='none' verbose=False
func.func @f() {
  return
}
func.func @g() {
  return
}
