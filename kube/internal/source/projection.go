// SPDX-License-Identifier: Apache-2.0

package source

import (
	"bytes"
	"fmt"
	"reflect"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/rest"

	"github.com/krtkit/krtkit/kube/internal/fieldset"
	"github.com/krtkit/krtkit/kube/kubetypes"
	"github.com/krtkit/krtkit/kube/types"
)

// restClient returns a client for a type, which reads what the projection says.
func restClient(c Client, info types.Info, projection *kubetypes.Projection) (rest.Interface, error) {
	if projection == nil {
		return c.RESTClient(info)
	}
	set, err := parse(projection, info.Type)
	if err != nil {
		return nil, err
	}
	cut := newCutter(set)
	own := c.RESTConfig()
	if WantsProtobuf(own, info) {
		if cut, err = cut.withProtobuf(info); err != nil {
			return nil, err
		}
	}
	codecs := serializer.NewCodecFactory(info.Scheme()).WithoutConversion()
	return rest.RESTClientForConfigAndClient(RESTConfig(own, info, projecting{codecs, cut}), c.HTTPClient())
}

// dynamicClient returns a client of objects without Go types, which reads what the
// projection says.
func dynamicClient(c Client, projection *kubetypes.Projection) (dynamic.Interface, error) {
	if projection == nil {
		return c.Dynamic(), nil
	}
	set, err := fieldset.Parse(projection.Paths()...)
	if err != nil {
		return nil, err
	}
	config := dynamic.ConfigFor(c.RESTConfig())
	config.ContentType, config.AcceptContentTypes = runtime.ContentTypeJSON, runtime.ContentTypeJSON
	config.NegotiatedSerializer = projecting{config.NegotiatedSerializer, newCutter(set.ForCache())}
	config.GroupVersion, config.APIPath = nil, "/"
	client, err := rest.UnversionedRESTClientForConfigAndClient(config, c.HTTPClient())
	if err != nil {
		return nil, fmt.Errorf("client of projected objects: %w", err)
	}
	return dynamic.New(client), nil
}

// metadataProjection returns what cuts metadata down after it was read, which is all that
// there is to gain; nil if there is no projection.
func metadataProjection(projection *kubetypes.Projection) (func(obj any) error, error) {
	if projection == nil {
		return nil, nil
	}
	set, err := parse(projection, reflect.TypeFor[metav1.PartialObjectMetadata]())
	if err != nil {
		return nil, err
	}
	return set.Keep, nil
}

// parse returns the fields to be read of objects of a type. The error names a path that it
// does not have.
func parse(projection *kubetypes.Projection, t reflect.Type) (*fieldset.Set, error) {
	set, err := fieldset.Parse(projection.Paths()...)
	if err != nil {
		return nil, err
	}
	set = set.ForCache()
	if err := set.Check(t); err != nil {
		return nil, fmt.Errorf("%s: %w", projection, err)
	}
	return set, nil
}

// projecting decodes nothing of objects but what is cut out for it. It knows the media
// types that can be cut.
type projecting struct {
	runtime.NegotiatedSerializer

	cut cutter
}

// SupportedMediaTypes implements [runtime.NegotiatedSerializer].
func (p projecting) SupportedMediaTypes() []runtime.SerializerInfo {
	var supported []runtime.SerializerInfo
	for _, info := range p.NegotiatedSerializer.SupportedMediaTypes() {
		switch {
		case info.MediaType == runtime.ContentTypeJSON:
			info.Serializer = cutting{info.Serializer, p.cut.json}
		case info.MediaType == runtime.ContentTypeProtobuf && p.cut.object != nil:
			info.Serializer = cutting{info.Serializer, p.cut.protobuf}
		default:
			continue
		}
		supported = append(supported, info)
	}
	return supported
}

// cutting is a serializer that decodes what cut leaves.
type cutting struct {
	runtime.Serializer

	cut func(data []byte, isList bool) ([]byte, error)
}

// Decode implements [runtime.Decoder]. Lists come with an object to decode into, and all
// that does not is an object, or the status of what went wrong.
func (c cutting) Decode(
	data []byte, defaults *schema.GroupVersionKind, into runtime.Object,
) (runtime.Object, *schema.GroupVersionKind, error) {
	data, err := c.cut(data, into != nil && meta.IsListType(into))
	if err != nil {
		return nil, nil, fmt.Errorf("read the projection of an object: %w", err)
	}
	return c.Serializer.Decode(data, defaults, into)
}

// statusKind is the kind of what says what went wrong, which is always read whole.
const statusKind = "Status"

// cutter cuts encoded objects down to a set of fields.
type cutter struct {
	set, end      *fieldset.Set     // end has the annotation that ends a watch's initial events
	object, atEnd *fieldset.Message // the same for protobuf; nil if there is none
	list          *fieldset.Message
}

func newCutter(set *fieldset.Set) cutter {
	return cutter{set: set, end: set.With([]string{"metadata", "annotations", metav1.InitialEventsAnnotationKey})}
}

// withProtobuf returns a cutter that understands protobuf, too.
func (c cutter) withProtobuf(info types.Info) (cutter, error) {
	list, err := info.NewList()
	if err != nil {
		return c, err
	}
	if c.object, err = c.set.Message(info.Type); err != nil {
		return c, err
	}
	if c.atEnd, err = c.end.Message(info.Type); err != nil {
		return c, err
	}
	c.list, err = c.object.ListOf(reflect.TypeOf(list))
	return c, err
}

// mayEndInitialEvents reports whether an object may be the bookmark that ends a watch's
// initial events. Whoever writes the annotation's name elsewhere has an annotation more.
func mayEndInitialEvents(data []byte) bool {
	return bytes.Contains(data, []byte(metav1.InitialEventsAnnotationKey))
}

func (c cutter) json(data []byte, isList bool) ([]byte, error) {
	if isList {
		return c.set.JSONList(data)
	}
	if fieldset.JSONKind(data) == statusKind {
		return data, nil
	}
	if mayEndInitialEvents(data) {
		return c.end.JSONObject(data)
	}
	return c.set.JSONObject(data)
}

// protobufPrefix is what Kubernetes' protobuf begins with, before a runtime.Unknown.
//
//nolint:gochecknoglobals // never changed
var protobufPrefix = []byte("k8s\x00")

func (c cutter) protobuf(data []byte, isList bool) ([]byte, error) {
	envelope, ok := bytes.CutPrefix(data, protobufPrefix)
	if !ok {
		return data, nil // for the decoder to judge
	}
	content := c.object
	if isList {
		content = c.list
	} else {
		kind, err := fieldset.EnvelopeKind(envelope)
		if err != nil {
			return nil, err
		}
		if kind == statusKind {
			return data, nil
		}
		if mayEndInitialEvents(data) {
			content = c.atEnd
		}
	}
	out := append(make([]byte, 0, len(data)/4), protobufPrefix...)
	return content.CutEnvelope(out, envelope)
}
