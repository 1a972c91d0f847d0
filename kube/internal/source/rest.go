// SPDX-License-Identifier: Apache-2.0

package source

import (
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"

	"github.com/krtkit/krtkit/kube/types"
)

// AcceptProtobuf prefers protobuf to JSON in answers.
const AcceptProtobuf = runtime.ContentTypeProtobuf + "," + runtime.ContentTypeJSON

// RESTConfig returns the configuration of a REST client for the group and version of a
// type: a copy of the client's own, with what encodes and decodes objects.
func RESTConfig(own *rest.Config, info types.Info, codecs runtime.NegotiatedSerializer) *rest.Config {
	config := rest.CopyConfig(own)
	version := info.GVK.GroupVersion()
	config.GroupVersion = &version
	config.APIPath = APIPath(version)
	config.NegotiatedSerializer = codecs
	config.ContentType = runtime.ContentTypeJSON
	config.AcceptContentTypes = runtime.ContentTypeJSON
	if WantsProtobuf(own, info) {
		config.AcceptContentTypes = AcceptProtobuf
	}
	return config
}

// WantsProtobuf reports whether to ask for protobuf: where the type can be read from it
// and the client's configuration does not insist on JSON.
func WantsProtobuf(own *rest.Config, info types.Info) bool {
	insists := own.AcceptContentTypes == runtime.ContentTypeJSON
	return !insists && info.DecodesProtobuf()
}

// APIPath returns where the resources of a group and version are.
func APIPath(version schema.GroupVersion) string {
	if version.Group == "" {
		return "/api"
	}
	return "/apis"
}
