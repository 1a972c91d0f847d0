// SPDX-License-Identifier: Apache-2.0

package krt_test

import (
	"math"
	"testing"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/known/durationpb"
	"google.golang.org/protobuf/types/known/structpb"
	"google.golang.org/protobuf/types/known/wrapperspb"

	"github.com/krtkit/krtkit/krt"
)

func mustStruct(t *testing.T, m map[string]any) *structpb.Struct {
	t.Helper()
	s, err := structpb.NewStruct(m)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEqual_comparesTheContentOfMessages(t *testing.T) {
	full := func() *structpb.Struct {
		return mustStruct(t, map[string]any{"a": 1, "b": []any{"x", true, nil}, "c": map[string]any{"d": 2.5}})
	}
	used := full() // which its internal state shows
	if _, err := proto.Marshal(used); err != nil {
		t.Fatal(err)
	}
	unknown := &durationpb.Duration{Seconds: 1}
	unknown.ProtoReflect().SetUnknown(protoreflect.RawFields{0x78, 1})
	check := func(name string, same bool) {
		t.Helper()
		if !same {
			t.Errorf("%s: want equal to what proto.Equal says", name)
		}
	}
	for _, tt := range []struct {
		name string
		a, b *structpb.Struct
	}{
		{"equal", full(), full()},
		{"used", used, full()},
		{"other value", full(), mustStruct(t, map[string]any{"a": 1, "b": []any{"x", false, nil}, "c": map[string]any{"d": 2.5}})},
		{"other kind", full(), mustStruct(t, map[string]any{"a": "1", "b": []any{"x", true, nil}, "c": map[string]any{"d": 2.5}})},
		{"shorter list", full(), mustStruct(t, map[string]any{"a": 1, "b": []any{"x", true}, "c": map[string]any{"d": 2.5}})},
		{"other key", full(), mustStruct(t, map[string]any{"z": 1, "b": []any{"x", true, nil}, "c": map[string]any{"d": 2.5}})},
		{"fewer keys", full(), mustStruct(t, map[string]any{"a": 1})},
		{"nil", nil, full()},
		{"both nil", nil, nil},
	} {
		check(tt.name, krt.Equal(tt.a, tt.b) == proto.Equal(tt.a, tt.b))
	}
	for _, tt := range []struct {
		name string
		a, b *durationpb.Duration
	}{
		{"unknown fields", unknown, &durationpb.Duration{Seconds: 1}},
		{"the same unknown fields", unknown, proto.CloneOf(unknown)},
	} {
		check(tt.name, krt.Equal(tt.a, tt.b) == proto.Equal(tt.a, tt.b))
	}
	check("no number", krt.Equal(wrapperspb.Double(math.NaN()), wrapperspb.Double(math.NaN())))
	check("bytes", !krt.Equal(wrapperspb.Bytes([]byte("a")), wrapperspb.Bytes([]byte("b"))))
	check("not set and zero", !krt.Equal(&descriptorpb.FieldDescriptorProto{}, &descriptorpb.FieldDescriptorProto{Name: new("")}))
	extensible := &descriptorpb.FieldOptions{}
	check("what cannot be known", krt.Equal(extensible, extensible) && !krt.Equal(extensible, &descriptorpb.FieldOptions{}))
}

// A message's internal state is written to while it is marshalled.
func TestEqual_doesNotRaceWithReadersOfMessages(t *testing.T) {
	a := mustStruct(t, map[string]any{"a": map[string]any{"b": 1}})
	b := proto.CloneOf(a)
	done := make(chan error)
	go func() {
		_, err := proto.Marshal(a)
		done <- err
	}()
	if !krt.Equal(a, b) {
		t.Error("equal messages are not equal")
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
}
