// SPDX-License-Identifier: Apache-2.0

package fieldset

import (
	"encoding/binary"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Message is a [Set] of fields of objects of one Go type, as Kubernetes writes them in
// protobuf. It may be used from any goroutine.
type Message struct {
	fields map[uint64]*Message // by number; nil stands for a field as a whole
	keys   map[string]*Message // of a field that is a map, in place of fields
}

// Check returns an error that names the first path that is no field of objects of a
// type, which is a struct, or a pointer to one.
func (s *Set) Check(t reflect.Type) error {
	_, err := s.Message(t)
	return err
}

// Message returns the set for objects of a type, which is a struct, or a pointer to one,
// with Kubernetes' tags of JSON and protobuf. The error names a path that it does not have.
func (s *Set) Message(t reflect.Type) (*Message, error) {
	m, err := s.message(t, s.tree)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", t, err)
	}
	return m, nil
}

// ListOf returns the set for lists of such objects: the field of the list that is called
// items in JSON is cut, the others stay.
func (m *Message) ListOf(list reflect.Type) (*Message, error) {
	for list.Kind() == reflect.Pointer {
		list = list.Elem()
	}
	all := &Message{fields: map[uint64]*Message{}}
	found := false
	for field := range list.Fields() {
		number, ok := protobufNumber(field)
		if !ok {
			continue
		}
		all.fields[number] = nil
		if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name == "items" {
			all.fields[number] = m
			found = true
		}
	}
	if !found {
		return nil, fmt.Errorf("%s has no field items in protobuf", list)
	}
	return all, nil
}

// message returns nil for a tree without children.
func (s *Set) message(t reflect.Type, wanted tree) (*Message, error) {
	if len(wanted) == 0 {
		return nil, nil //nolint:nilnil // a field as a whole
	}
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Array {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Struct:
		return s.structMessage(t, wanted)
	case reflect.Map:
		m := &Message{keys: map[string]*Message{}}
		for key, rest := range wanted {
			value, err := s.message(t.Elem(), rest)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
			m.keys[key] = value
		}
		return m, nil
	case reflect.Interface: // unstructured, where anything can be anything
		return &Message{}, nil
	default:
		return nil, fmt.Errorf("%s has no fields", t)
	}
}

func (s *Set) structMessage(t reflect.Type, wanted tree) (*Message, error) {
	m := &Message{fields: map[uint64]*Message{}}
	index := s.fieldsOf(t)
	for name, rest := range wanted {
		path, ok := index[name]
		if !ok {
			return nil, fmt.Errorf("%s has no field %q", t, name)
		}
		if err := m.add(t, path, func(t reflect.Type) (*Message, error) { return s.message(t, rest) }); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return m, nil
}

// add adds a field of a struct, which may be in others that JSON writes inline: in
// protobuf they are fields. Fields without a number are not in protobuf.
func (m *Message) add(t reflect.Type, path []int, of func(reflect.Type) (*Message, error)) error {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	field := t.Field(path[0])
	number, numbered := protobufNumber(field)
	if len(path) > 1 {
		inner := &Message{fields: map[uint64]*Message{}}
		if known := m.fields[number]; numbered && known != nil {
			inner = known
		}
		if numbered {
			m.fields[number] = inner
		}
		return inner.add(field.Type, path[1:], of)
	}
	content, err := of(field.Type)
	if err != nil {
		return err
	}
	if numbered {
		m.fields[number] = content
	}
	return nil
}

// protobufNumber returns the number that the tag gives a field, as in "bytes,3,opt,name=x".
func protobufNumber(f reflect.StructField) (uint64, bool) {
	parts := strings.Split(f.Tag.Get("protobuf"), ",")
	if len(parts) < 2 {
		return 0, false
	}
	n, err := strconv.ParseUint(parts[1], 10, 32)
	return n, err == nil
}

// The wire types of protobuf.
const (
	wireVarint = 0
	wire64     = 1
	wireBytes  = 2
	wire32     = 5
)

var errProtobuf = errors.New("protobuf message is malformed")

// Cut appends what is in the set of a message.
func (m *Message) Cut(out, message []byte) ([]byte, error) {
	for len(message) > 0 {
		tag, content, rest, err := nextField(message)
		if err != nil {
			return nil, err
		}
		field := message[:len(message)-len(rest)]
		message = rest
		of, wanted := m.fields[tag>>3]
		switch {
		case !wanted:
		case of == nil || tag&7 != wireBytes:
			out = append(out, field...)
		case of.keys != nil:
			if out, err = of.cutEntry(out, field, content, tag); err != nil {
				return nil, err
			}
		default:
			if out, err = appendMessage(out, tag, content, of.Cut); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// cutEntry appends an entry of a map, which is a message of key and value, if it is wanted.
func (m *Message) cutEntry(out, field, entry []byte, tag uint64) ([]byte, error) {
	const keyNumber, valueNumber = 1, 2
	key, err := lastField(entry, keyNumber)
	if err != nil {
		return nil, err
	}
	value, wanted := m.keys[string(key)]
	switch {
	case !wanted:
		return out, nil
	case value == nil:
		return append(out, field...), nil
	default:
		return appendMessage(out, tag, entry, (&Message{fields: map[uint64]*Message{keyNumber: nil, valueNumber: value}}).Cut)
	}
}

// The fields of a runtime.Unknown, in which Kubernetes wraps what it writes, and of the
// TypeMeta in it.
const (
	envelopeType    = 1
	envelopeContent = 2
	typeKind        = 2
)

// CutEnvelope appends what is in the set of the message in a runtime.Unknown, with the
// rest of that.
func (m *Message) CutEnvelope(out, envelope []byte) ([]byte, error) {
	whole := map[uint64]*Message{1: nil, 2: nil, 3: nil, 4: nil}
	whole[envelopeContent] = m
	return (&Message{fields: whole}).Cut(out, envelope)
}

// EnvelopeKind returns the kind of what is in a runtime.Unknown, empty if it says none.
func EnvelopeKind(envelope []byte) (string, error) {
	typeMeta, err := lastField(envelope, envelopeType)
	if err != nil {
		return "", err
	}
	kind, err := lastField(typeMeta, typeKind)
	return string(kind), err
}

// lastField returns the content of the last field of a message that has this number, which
// is the one that counts; nil if there is none.
func lastField(message []byte, number uint64) ([]byte, error) {
	var found []byte
	for len(message) > 0 {
		tag, content, rest, err := nextField(message)
		if err != nil {
			return nil, err
		}
		if tag>>3 == number {
			found = content
		}
		message = rest
	}
	return found, nil
}

// nextField splits off the field that a message begins with. Its tag has the number and, in
// the last three bits, the wire type; its content is what there is between length and
// end, if it has a length.
func nextField(message []byte) (tag uint64, content, rest []byte, err error) {
	tag, size := binary.Uvarint(message)
	if size <= 0 {
		return 0, nil, nil, errProtobuf
	}
	content, rest, err = protobufValue(message[size:], tag&7)
	return tag, content, rest, err
}

// protobufValue splits off the value of a field.
func protobufValue(message []byte, wire uint64) (content, rest []byte, err error) {
	size := 0
	switch wire {
	case wireVarint:
		_, size = binary.Uvarint(message)
	case wire64:
		size = 8
	case wire32:
		size = 4
	case wireBytes:
		length, n := binary.Uvarint(message)
		if n <= 0 || length > uint64(len(message)-n) { //nolint:gosec // lengths are not negative
			return nil, nil, errProtobuf
		}
		end := n + int(length) //nolint:gosec // not more than there is
		return message[n:end], message[end:], nil
	}
	if size <= 0 || size > len(message) {
		return nil, nil, errProtobuf
	}
	return nil, message[size:], nil
}

// appendMessage appends a field that holds what cut makes of content.
func appendMessage(out []byte, tag uint64, content []byte, cut func(out, message []byte) ([]byte, error)) ([]byte, error) {
	out = binary.AppendUvarint(out, tag)
	start := len(out)
	out = binary.AppendUvarint(out, uint64(len(content))) // it will not be longer
	begin := len(out)
	out, err := cut(out, content)
	if err != nil {
		return nil, err
	}
	cutting := out[begin:]
	out = binary.AppendUvarint(out[:start], uint64(len(cutting)))
	return append(out, cutting...), nil // moves it to the left, or not at all
}
