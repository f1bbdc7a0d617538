// Package floors holds the house together: its test reads the direct imports of every package of
// the module and fails, with the reason, where one reaches up or sideways.
//
// In: the source tree. Out: a test's verdict. It holds no code that anything else may import.
package floors
