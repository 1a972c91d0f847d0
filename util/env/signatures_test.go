// SPDX-License-Identifier: Apache-2.0

package env_test

import (
	"time"

	"github.com/krtkit/krtkit/util/env"
)

// What follows compiles if code that was written for Istio's package of this name does.
// Functions that register take options here, which they need not be given.
var (
	_ interface {
		Get() string
		Lookup() (string, bool)
	} = env.RegisterStringVar("SIGNATURE_STRING", "", "")
	_ interface {
		Get() bool
		Lookup() (bool, bool)
	} = env.RegisterBoolVar("SIGNATURE_BOOL", false, "")
	_ interface {
		Get() int
		Lookup() (int, bool)
	} = env.RegisterIntVar("SIGNATURE_INT", 0, "")
	_ interface {
		Get() float64
		Lookup() (float64, bool)
	} = env.RegisterFloatVar("SIGNATURE_FLOAT", 0, "")
	_ interface {
		Get() time.Duration
		Lookup() (time.Duration, bool)
	} = env.RegisterDurationVar("SIGNATURE_DURATION", 0, "")
	_ env.VariableInfo = env.Register("SIGNATURE_GENERIC", int32(0), "")

	_ = env.GenericVar[uint8]{Var: env.Var{Name: "", DefaultValue: "", Description: "", Hidden: false, Deprecated: false, Type: env.STRING, GoType: ""}}
	_ = []env.StringVar{{Var: env.Var{}}}
	_ = []env.BoolVar{{Var: env.Var{}}}
	_ = []env.IntVar{{Var: env.Var{}}}
	_ = []env.FloatVar{{Var: env.Var{}}}
	_ = []env.DurationVar{{Var: env.Var{}}}
	_ = [...]env.VarType{env.STRING: 0, env.BOOL: 1, env.INT: 2, env.FLOAT: 3, env.DURATION: 4, env.OTHER: 5}

	_ func(env.Var)    = env.RegisterVar
	_ func() []env.Var = env.VarDescriptions
)
