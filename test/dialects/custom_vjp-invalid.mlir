// RUN: pock-opt %s --split-input-file --verify-diagnostics

func.func @cotangent_of_integers(%x: tensor<2xi32>) {
  // expected-error @+1 {{'pock.cotangent' op expects like of a floating-point type, got element type i32}}
  %0 = "pock.cotangent"(%x) {id = 0 : i64} : (tensor<2xi32>) -> tensor<2xi32>
  return
}

// -----

func.func @cotangent_of_another_type(%x: tensor<2xf32>) {
  // expected-error @+1 {{'pock.cotangent' op expects like and result of the same type, got tensor<2xf32> and tensor<3xf32>}}
  %0 = "pock.cotangent"(%x) {id = 0 : i64} : (tensor<2xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @result_of_another_type(%x: tensor<2xf32>, %c: tensor<2xf32>) {
  // expected-error @+1 {{'pock.custom_vjp' op expects value and result of the same type, got tensor<2xf32> and tensor<3xf32>}}
  %0 = "pock.custom_vjp"(%x, %c, %x, %c) : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @cotangent_not_of_the_value(%x: tensor<2xf32>, %c: tensor<3xf32>) {
  // expected-error @+1 {{'pock.custom_vjp' op expects value and cotangent of the same type, got tensor<2xf32> and tensor<3xf32>}}
  %0 = "pock.custom_vjp"(%x, %c, %x, %x) : (tensor<2xf32>, tensor<3xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @gradient_not_of_the_input(%x: tensor<2xf32>, %y: tensor<3xf32>) {
  // expected-error @+1 {{'pock.custom_vjp' op expects input and input_cotangent of the same type, got tensor<3xf32> and tensor<2xf32>}}
  %0 = "pock.custom_vjp"(%x, %x, %y, %x) : (tensor<2xf32>, tensor<2xf32>, tensor<3xf32>, tensor<2xf32>) -> tensor<2xf32>
  return
}
