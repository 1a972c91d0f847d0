// SPDX-License-Identifier: Apache-2.0

package test_test

import (
	"strings"
	"testing"

	"github.com/krtkit/krtkit/util/test"
)

func TestJSONEquals_saysWhereTheFirstDifferenceIs(t *testing.T) {
	for _, tt := range []struct{ name, a, b, want string }{
		{"spacesAndOrderDoNotCount", `{"a": 1, "b": [true, null]}`, `{"b":[true,null],"a":1}`, ""},
		{"notationOfNumbersDoesNotCount", `[1, 1.50, 1e3]`, `[1.0, 1.5, 1000]`, ""},
		{"digitsOfLargeNumbersCount", `9007199254740993`, `9007199254740992`, "differs at $:\n- 9007199254740993\n+ 9007199254740992"},
		{"inAnObject", `{"spec":{"port":80}}`, `{"spec":{"port":81}}`, "differs at $.spec.port:\n- 80\n+ 81"},
		{"inAnArray", `[{"a":"x"},{"a":"x"}]`, `[{"a":"x"},{"a":"y"}]`, "differs at $[1].a:\n- \"x\"\n+ \"y\""},
		{"missingInTheFirst", `{}`, `{"a":null}`, "differs at $.a:\n- nothing\n+ null"},
		{"missingInTheSecond", `{"a":{"b":[]}}`, `{"a":{}}`, "differs at $.a.b:\n- []\n+ nothing"},
		{"longerFirst", `[1,2,3]`, `[1]`, "differs at $[1]:\n- 2\n+ nothing"},
		{"longerSecond", `[]`, `[1]`, "differs at $[0]:\n- nothing\n+ 1"},
		{"otherTypes", `{"a":[1]}`, `{"a":{"0":1}}`, "differs at $.a:\n- [1]\n+ {\"0\":1}"},
		{"textIsNoNumber", `"1"`, `1`, "differs at $:\n- \"1\"\n+ 1"},
		{"nullIsNotFalse", `null`, `false`, "differs at $:\n- null\n+ false"},
		{"firstIsNotValid", `{`, `{}`, "the first argument is not valid JSON: unexpected EOF:\n{"},
		{"secondIsNotValid", `{}`, ``, "the second argument is not valid JSON: EOF:\n"},
		{"somethingFollows", `{}`, `{} {}`, "the second argument is not valid JSON: something follows the value"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := test.Wrap(func(t test.Failer) { test.JSONEquals(t, tt.a, tt.b) })
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}
