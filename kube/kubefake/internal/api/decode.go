// SPDX-License-Identifier: Apache-2.0

package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	kjson "k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/yaml"

	"github.com/krtkit/krtkit/kube/kubefake/internal/object"
	"github.com/krtkit/krtkit/kube/kubefake/internal/resource"
)

// maxBody is how large a body may be, as on the real server.
const maxBody = 3 << 20

func readBody(req *http.Request) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	data, err := io.ReadAll(io.LimitReader(req.Body, maxBody+1))
	if err != nil {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("reading the body: %v", err))
	}
	if len(data) > maxBody {
		return nil, apierrors.NewRequestEntityTooLargeError(fmt.Sprintf("limit is %d", maxBody))
	}
	return data, nil
}

// mediaType returns the type of a request's body.
func mediaType(req *http.Request) (string, error) {
	header := req.Header.Get("Content-Type")
	if header == "" {
		return jsonType, nil
	}
	media, _, err := mime.ParseMediaType(header)
	if err != nil {
		return "", unsupportedMedia(fmt.Sprintf("content type %q: %v", header, err))
	}
	return media, nil
}

// decoder reads objects of one resource.
type decoder struct {
	info *resource.Info
	// validation is the fieldValidation parameter.
	validation string
	// warnings are what a client should be told about what was read.
	warnings []string
}

func newDecoder(info *resource.Info, validation string) (*decoder, error) {
	switch validation {
	case "":
		validation = metav1.FieldValidationWarn
	case metav1.FieldValidationIgnore, metav1.FieldValidationWarn, metav1.FieldValidationStrict:
	default:
		return nil, invalidOptions("CreateOptions", field.NotSupported(field.NewPath("fieldValidation"), validation,
			[]string{metav1.FieldValidationIgnore, metav1.FieldValidationWarn, metav1.FieldValidationStrict}))
	}
	return &decoder{info: info, validation: validation}, nil
}

// object reads an object of the resource's kind.
func (d *decoder) object(data []byte, media string) (object.Object, error) {
	switch media {
	case jsonType:
		return d.json(data)
	case yamlType:
		converted, err := yaml.YAMLToJSON(data)
		if err != nil {
			return nil, apierrors.NewBadRequest(fmt.Sprintf("the object provided is unrecognized (must be of type %s): %v", d.kind(), err))
		}
		return d.json(converted)
	case protoType:
		if d.info.Kind.Typed {
			return d.protobuf(data)
		}
	}
	return nil, unsupportedMedia("the body of the request was in an unknown format - accepted media types include: " +
		strings.Join([]string{jsonType, yamlType, protoType}, ", "))
}

func (d *decoder) kind() string { return d.info.Kind.GVK.Kind }

func (d *decoder) json(data []byte) (object.Object, error) {
	if !d.info.Kind.Typed {
		return d.unstructured(data)
	}
	serializer := kjson.NewSerializerWithOptions(kjson.DefaultMetaFactory, scheme.Scheme, scheme.Scheme,
		kjson.SerializerOptions{Strict: d.validation != metav1.FieldValidationIgnore})
	obj, gvk, err := serializer.Decode(data, nil, d.info.New())
	if runtime.IsStrictDecodingError(err) {
		if err := d.strict(err); err != nil {
			return nil, err
		}
	} else if err != nil {
		return nil, d.unrecognized(gvk, data, err)
	}
	return d.check(obj, gvk)
}

func (d *decoder) strict(err error) error {
	if d.validation == metav1.FieldValidationStrict {
		return apierrors.NewBadRequest(fmt.Sprintf("%s in version %q cannot be handled as a %s: %v",
			d.kind(), d.info.Kind.GVK.Version, d.kind(), err))
	}
	var found interface{ Errors() []error }
	if errors.As(err, &found) {
		for _, e := range found.Errors() {
			d.warnings = append(d.warnings, e.Error())
		}
	}
	return nil
}

func (d *decoder) unrecognized(gvk *schema.GroupVersionKind, data []byte, err error) error {
	if gvk != nil && !gvk.Empty() && *gvk != d.info.Kind.GVK {
		return apierrors.NewBadRequest(fmt.Sprintf("%s in version %q cannot be handled as a %s: %v", gvk.Kind, gvk.GroupVersion(), d.kind(), err))
	}
	const shown = 1024
	if len(data) > shown {
		data = data[:shown]
	}
	return apierrors.NewBadRequest(fmt.Sprintf("the object provided is unrecognized (must be of type %s): %v (%q)", d.kind(), err, data))
}

func (d *decoder) check(obj runtime.Object, gvk *schema.GroupVersionKind) (object.Object, error) {
	want := d.info.Kind.GVK
	if gvk != nil && *gvk != want {
		if gvk.Kind == want.Kind {
			return nil, apierrors.NewBadRequest(fmt.Sprintf(
				"the API version in the data (%s) does not match the expected API version (%s)", gvk.GroupVersion(), want.GroupVersion()))
		}
		return nil, apierrors.NewBadRequest(fmt.Sprintf("%s in version %q cannot be handled as a %s", gvk.Kind, gvk.Version, want.Kind))
	}
	typed, ok := obj.(object.Object)
	if !ok {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("the object provided is unrecognized (must be of type %s)", want.Kind))
	}
	return typed, nil
}

func (d *decoder) protobuf(data []byte) (object.Object, error) {
	obj, gvk, err := protobuf.NewSerializer(scheme.Scheme, scheme.Scheme).Decode(data, nil, d.info.New())
	if err != nil {
		return nil, d.unrecognized(gvk, data, err)
	}
	typed, err := d.check(obj, gvk)
	if err != nil {
		return nil, err
	}
	// A protobuf body can hold embedded JSON that is none.
	if _, err := d.info.Item(typed).Body(); err != nil {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("the object provided is unrecognized (must be of type %s): %v", d.kind(), err))
	}
	return typed, nil
}

func (d *decoder) unstructured(data []byte) (object.Object, error) {
	u := &unstructured.Unstructured{}
	if err := u.UnmarshalJSON(data); err != nil {
		return nil, d.unrecognized(nil, data, err)
	}
	gvk := u.GroupVersionKind()
	if _, err := d.check(u, &gvk); err != nil {
		return nil, err
	}
	if err := checkMetadata(u); err != nil {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("%s in version %q cannot be handled as a %s: %v", gvk.Kind, gvk.Version, gvk.Kind, err))
	}
	return u, nil
}

// checkMetadata makes sure that the object's metadata is what its accessors expect.
func checkMetadata(u *unstructured.Unstructured) error {
	fields, ok := u.Object["metadata"].(map[string]any)
	if !ok {
		if u.Object["metadata"] != nil {
			return errors.New("metadata: must be an object")
		}
		u.Object["metadata"] = map[string]any{}
		return nil
	}
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(fields, &metav1.ObjectMeta{}); err != nil {
		return fmt.Errorf("metadata: %w", err)
	}
	return nil
}

// deleteOptions reads the options of a deletion out of its body and its query.
func deleteOptions(r *request) (*metav1.DeleteOptions, error) {
	opts := &metav1.DeleteOptions{}
	data, err := readBody(r.http)
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(data)) == 0 {
		if err := metav1.Convert_url_Values_To_v1_DeleteOptions(&r.query, opts, nil); err != nil {
			return nil, apierrors.NewBadRequest(err.Error())
		}
		return opts, nil
	}
	if rest, ok := bytes.CutPrefix(data, []byte(protoMagic)); ok {
		var wrapped runtime.Unknown
		if err := wrapped.Unmarshal(rest); err != nil {
			return nil, apierrors.NewBadRequest(fmt.Sprintf("delete options: %v", err))
		}
		if err := opts.Unmarshal(wrapped.Raw); err != nil {
			return nil, apierrors.NewBadRequest(fmt.Sprintf("delete options: %v", err))
		}
		return opts, nil
	}
	if err := yaml.Unmarshal(data, opts); err != nil {
		return nil, apierrors.NewBadRequest(fmt.Sprintf("delete options: %v", err))
	}
	return opts, nil
}

// readInto reads the body of a request to a subresource, which has a kind of its own.
func readInto(r *request, into runtime.Object) error {
	data, err := readBody(r.http)
	if err != nil {
		return err
	}
	if bytes.HasPrefix(data, []byte(protoMagic)) {
		_, _, err = protobuf.NewSerializer(scheme.Scheme, scheme.Scheme).Decode(data, nil, into)
	} else {
		err = yaml.Unmarshal(data, into)
	}
	if err != nil {
		return apierrors.NewBadRequest(fmt.Sprintf("the object provided is unrecognized (must be of type %T): %v", into, err))
	}
	return nil
}
