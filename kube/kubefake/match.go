// SPDX-License-Identifier: Apache-2.0

package kubefake

import (
	"net/http"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krtkit/krtkit/kube/kubefake/internal/api"
)

// Request is what a request asks for, as far as its method, URL and headers say.
type Request struct {
	// Verb is get, list, watch, create, update, patch, delete or deletecollection. Requests for no resource, such as those
	// of discovery, have their method's name in lower case.
	Verb string
	// Resource is the resource; the zero value for requests for none.
	Resource schema.GroupVersionResource
	// Subresource, such as status, is empty for the object itself.
	Subresource string
	// Namespace is empty for cluster-scoped objects and for lists and watches of all namespaces.
	Namespace string
	// Name is empty for lists, watches and creations of objects.
	Name string
	// UserAgent is what the client calls itself.
	UserAgent string
	// Path is the path of the URL.
	Path string
}

func requestOf(req *http.Request) Request {
	a := api.AttributesOf(req)
	return Request{
		Verb: a.Verb, Resource: a.Resource, Subresource: a.Subresource, Namespace: a.Namespace, Name: a.Name,
		UserAgent: req.UserAgent(), Path: req.URL.Path,
	}
}

// Match says which requests a fault concerns: those for which everything holds that is set. The zero Match is every
// request, those of discovery too.
type Match struct {
	// Verb is one of those of [Request].
	Verb string
	// Resource is a plural name such as "pods", in any group, or one with its group such as "deployments.apps".
	Resource string
	// Subresource is one such as "status". Without it both an object and its parts match.
	Subresource string
	// Namespace and Name are those of the request: a creation has no name, a list of all namespaces no namespace.
	Namespace, Name string
	// UserAgent is the whole header, which [rest.Config] sets.
	UserAgent string
	// Func is asked if all the others hold. It may be called from several goroutines, must not block, and can use the
	// server's methods.
	Func func(Request) bool
}

func (m Match) matches(req Request) bool {
	is := func(want, have string) bool { return want == "" || want == have }
	return is(m.Verb, req.Verb) && is(m.Subresource, req.Subresource) && is(m.Namespace, req.Namespace) && is(m.Name, req.Name) &&
		is(m.UserAgent, req.UserAgent) && m.matchesResource(req.Resource) && (m.Func == nil || m.Func(req))
}

func (m Match) matchesResource(have schema.GroupVersionResource) bool {
	if m.Resource == "" {
		return true
	}
	want := schema.ParseGroupResource(m.Resource)
	return want.Resource == have.Resource && (want.Group == "" || want.Group == have.Group)
}
