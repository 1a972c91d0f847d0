// SPDX-License-Identifier: Apache-2.0

package api

import (
	"encoding/binary"
	"encoding/json"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
	"github.com/krtkit/krtkit/kube/kubefake/internal/resource"
)

// protoMagic begins every protobuf body.
const protoMagic = "k8s\x00"

func partialKind() schema.GroupVersionKind {
	return metav1.SchemeGroupVersion.WithKind("PartialObjectMetadata")
}

// encoder writes items of one resource in one format.
type encoder struct {
	format

	info    *resource.Info
	partial *object.Kind
}

func newEncoder(info *resource.Info, f format) *encoder {
	// The items of metadata lists say what they are, on the real server too, so the kind is not a typed one in the sense
	// of object.Kind.
	return &encoder{info: info, format: f, partial: object.NewKind(partialKind(), false)}
}

// show returns the item as the client wants to see it.
func (e *encoder) show(it *object.Item) (*object.Item, error) {
	it = e.info.View(it)
	if e.shape != metadata {
		return it, nil
	}
	return it.Variant("metadata", func() (*object.Item, error) {
		meta, err := metadataOf(it.Object)
		if err != nil {
			return nil, err
		}
		return object.NewItem(e.partial, meta), nil
	})
}

func metadataOf(obj object.Object) (*metav1.PartialObjectMetadata, error) {
	out := &metav1.PartialObjectMetadata{}
	out.SetGroupVersionKind(partialKind())
	switch typed := obj.(type) {
	case *unstructured.Unstructured:
		fields, _ := typed.Object["metadata"].(map[string]any)
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(fields, &out.ObjectMeta); err != nil {
			return nil, fmt.Errorf("metadata of %q: %w", obj.GetName(), err)
		}
	case metav1.ObjectMetaAccessor:
		meta, ok := typed.GetObjectMeta().(*metav1.ObjectMeta)
		if !ok {
			return nil, fmt.Errorf("%q has no ObjectMeta", obj.GetName())
		}
		out.ObjectMeta = *meta
	}
	return out, nil
}

// object encodes one item as a body of its own.
func (e *encoder) object(it *object.Item) ([][]byte, error) {
	it, err := e.show(it)
	if err != nil {
		return nil, err
	}
	if !e.proto {
		return it.Chunks()
	}
	message, err := it.Message()
	if err != nil {
		return nil, err
	}
	return envelope(it.Kind.GVK, len(message), [][]byte{message}), nil
}

// envelope puts a protobuf message, given in pieces, into the wrapper that names its kind.
func envelope(gvk schema.GroupVersionKind, size int, message [][]byte) [][]byte {
	apiVersion, kind := gvk.ToAPIVersionAndKind()
	var meta []byte
	meta = appendBytes(meta, 1, []byte(apiVersion))
	meta = appendBytes(meta, 2, []byte(kind))
	head := appendBytes([]byte(protoMagic), 1, meta)
	head = appendHeader(head, 2, size)
	return append([][]byte{head}, message...)
}

func appendBytes(dst []byte, field int, value []byte) []byte {
	return append(appendHeader(dst, field, len(value)), value...)
}

// appendHeader begins a length-delimited protobuf field.
func appendHeader(dst []byte, field, size int) []byte {
	dst = binary.AppendUvarint(dst, uint64(field)<<3|2) //nolint:gosec // a small positive number
	return binary.AppendUvarint(dst, uint64(size))      //nolint:gosec // a length
}

// list encodes items as a list.
func (e *encoder) list(items []*object.Item, meta metav1.ListMeta) ([][]byte, error) {
	kind := e.info.List
	if e.shape == metadata {
		kind = object.NewKind(metav1.SchemeGroupVersion.WithKind("PartialObjectMetadataList"), true)
	}
	if e.proto {
		return e.protoList(kind, items, meta)
	}
	head, err := json.Marshal(struct {
		Kind       string          `json:"kind"`
		APIVersion string          `json:"apiVersion"`
		Metadata   metav1.ListMeta `json:"metadata"`
	}{kind.GVK.Kind, kind.GVK.GroupVersion().String(), meta})
	if err != nil {
		return nil, fmt.Errorf("encoding the head of a list: %w", err)
	}
	chunks := make([][]byte, 0, 2*len(items)+2)
	chunks = append(chunks, append(head[:len(head)-1], `,"items":[`...))
	for i, it := range items {
		it, err := e.show(it)
		if err != nil {
			return nil, err
		}
		body, err := it.Body()
		if err != nil {
			return nil, err
		}
		if i > 0 {
			chunks = append(chunks, []byte(","))
		}
		chunks = append(chunks, body)
	}
	return append(chunks, []byte("]}")), nil
}

// protoList relies on a convention that all lists follow: field 1 is the metadata, field 2 an item.
func (e *encoder) protoList(kind *object.Kind, items []*object.Item, meta metav1.ListMeta) ([][]byte, error) {
	head, err := meta.Marshal()
	if err != nil {
		return nil, fmt.Errorf("encoding the head of a list: %w", err)
	}
	head = appendBytes(nil, 1, head)
	chunks := make([][]byte, 0, 2*len(items)+1)
	chunks = append(chunks, head)
	size := len(head)
	for _, it := range items {
		it, err := e.show(it)
		if err != nil {
			return nil, err
		}
		message, err := it.Message()
		if err != nil {
			return nil, err
		}
		begin := appendHeader(nil, 2, len(message))
		chunks = append(chunks, begin, message)
		size += len(begin) + len(message)
	}
	return envelope(kind.GVK, size, chunks), nil
}

// status encodes a Status, which clients that asked for protobuf understand as JSON too, except inside of a watch.
func (e *encoder) status(err error) ([]byte, error) {
	status := statusOf(err)
	if !e.proto {
		return json.Marshal(status)
	}
	message, err := status.Marshal()
	if err != nil {
		return nil, fmt.Errorf("encoding a status: %w", err)
	}
	gvk := schema.GroupVersionKind{Version: "v1", Kind: "Status"}
	return join(envelope(gvk, len(message), [][]byte{message})), nil
}

func join(chunks [][]byte) []byte {
	var out []byte
	for _, c := range chunks {
		out = append(out, c...)
	}
	return out
}
