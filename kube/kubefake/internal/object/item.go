// SPDX-License-Identifier: Apache-2.0

package object

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// Object is a Kubernetes object with metadata: a pointer to a built-in kind's struct, or *unstructured.Unstructured.
type Object interface {
	runtime.Object
	metav1.Object
}

// ErrNoProtobuf is returned for kinds that have no protobuf form.
var ErrNoProtobuf = errors.New("kind has no protobuf form")

// Kind says how the objects of one kind are written.
type Kind struct {
	// GVK is the kind.
	GVK schema.GroupVersionKind
	// Typed is true for kinds with a Go struct. Their objects are kept without apiVersion and kind, which are written
	// from here: lists omit them as the real server does.
	Typed bool

	head []byte
}

// NewKind returns the description of a kind.
func NewKind(gvk schema.GroupVersionKind, typed bool) *Kind {
	apiVersion, kind := gvk.ToAPIVersionAndKind()
	return &Kind{GVK: gvk, Typed: typed, head: fmt.Appendf(nil, `{"kind":%q,"apiVersion":%q,`, kind, apiVersion)}
}

// Item is one version of one object. It never changes.
type Item struct {
	// Object is shared by everyone who holds the item and must not be changed.
	Object Object
	// Kind is how it is written.
	Kind *Kind

	json     atomic.Pointer[[]byte]
	proto    atomic.Pointer[[]byte]
	variants atomic.Pointer[variant]
}

type variant struct {
	key  string
	item *Item
	next *variant
}

// NewItem takes ownership of the object.
func NewItem(kind *Kind, obj Object) *Item {
	if kind.Typed {
		obj.GetObjectKind().SetGroupVersionKind(schema.GroupVersionKind{})
	}
	return &Item{Object: obj, Kind: kind}
}

// Body returns the JSON of the object as it stands in a list: for typed kinds without apiVersion and kind.
func (it *Item) Body() ([]byte, error) {
	if p := it.json.Load(); p != nil {
		return *p, nil
	}
	var v any = it.Object
	if u, ok := it.Object.(runtime.Unstructured); ok {
		v = u.UnstructuredContent()
	}
	b, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("%s %q: encoding as JSON: %w", it.Kind.GVK.Kind, it.Object.GetName(), err)
	}
	it.json.Store(&b)
	return b, nil
}

// Chunks returns the JSON of the object alone, with apiVersion and kind, in pieces to be written one after the other.
func (it *Item) Chunks() ([][]byte, error) {
	body, err := it.Body()
	if err != nil {
		return nil, err
	}
	if !it.Kind.Typed {
		return [][]byte{body}, nil
	}
	return [][]byte{it.Kind.head, body[1:]}, nil
}

// JSON returns the JSON of the object alone in one new slice that belongs to the caller.
func (it *Item) JSON() ([]byte, error) {
	chunks, err := it.Chunks()
	if err != nil {
		return nil, err
	}
	var out []byte
	for _, c := range chunks {
		out = append(out, c...)
	}
	return out, nil
}

// Message returns the object as a bare protobuf message, or [ErrNoProtobuf].
func (it *Item) Message() ([]byte, error) {
	if p := it.proto.Load(); p != nil {
		return *p, nil
	}
	m, ok := it.Object.(interface{ Marshal() ([]byte, error) })
	if !ok {
		return nil, fmt.Errorf("%s: %w", it.Kind.GVK.Kind, ErrNoProtobuf)
	}
	b, err := m.Marshal()
	if err != nil {
		return nil, fmt.Errorf("%s %q: encoding as protobuf: %w", it.Kind.GVK.Kind, it.Object.GetName(), err)
	}
	it.proto.Store(&b)
	return b, nil
}

// Variant returns the item that build makes from this one, computing it once for each key. Two callers at the same time
// may both build; one result is kept.
func (it *Item) Variant(key string, build func() (*Item, error)) (*Item, error) {
	for v := it.variants.Load(); v != nil; v = v.next {
		if v.key == key {
			return v.item, nil
		}
	}
	made, err := build()
	if err != nil {
		return nil, err
	}
	for {
		head := it.variants.Load()
		for v := head; v != nil; v = v.next {
			if v.key == key {
				return v.item, nil
			}
		}
		if it.variants.CompareAndSwap(head, &variant{key: key, item: made, next: head}) {
			return made, nil
		}
	}
}
