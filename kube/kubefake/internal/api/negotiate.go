// SPDX-License-Identifier: Apache-2.0

package api

import (
	"mime"
	"net/http"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// shape is what an answer shows of the objects.
type shape int

const (
	whole    shape = iota // the objects
	metadata              // PartialObjectMetadata
	table                 // a Table
)

// format is how an answer is written.
type format struct {
	proto bool
	shape shape
}

func (f format) contentType() string {
	if f.proto {
		return protoType
	}
	return jsonType
}

// negotiate chooses the first acceptable of what the client asks for. typed says that the objects have a protobuf form.
func negotiate(accept string, typed bool) (format, error) {
	if strings.TrimSpace(accept) == "" {
		return format{}, nil
	}
	for entry := range strings.SplitSeq(accept, ",") {
		media, params, err := mime.ParseMediaType(entry)
		if err != nil {
			continue
		}
		var f format
		switch media {
		case jsonType, "application/*", "*/*":
		case protoType:
			f.proto = true
		default:
			continue
		}
		switch params["as"] {
		case "":
		case "PartialObjectMetadata", "PartialObjectMetadataList":
			f.shape = metadata
		case "Table":
			f.shape = table
		default:
			continue
		}
		if f.shape != whole && (params["g"] != metav1.GroupName || params["v"] != "v1") {
			continue
		}
		if f.proto && (f.shape == table || f.shape == whole && !typed) {
			continue
		}
		return f, nil
	}
	return format{}, failure(http.StatusNotAcceptable, metav1.StatusReasonNotAcceptable,
		"only the following media types are accepted: application/json, application/vnd.kubernetes.protobuf")
}
