// SPDX-License-Identifier: Apache-2.0

package api

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/validate/content"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/krtkit/krtkit/kube/kubefake/internal/resource"
	"github.com/krtkit/krtkit/kube/kubefake/internal/store"
)

// target is what a path under /api or /apis names.
type target struct {
	gvr         schema.GroupVersionResource
	namespace   string
	name        string
	subresource string
}

// parseTarget splits a path behind the version: namespaces/NS/RESOURCE/NAME/SUBRESOURCE without what is not there.
func parseTarget(gv schema.GroupVersion, parts []string) (target, bool) {
	var t target
	// What follows a namespace's name is a resource in it, unless it is a part of the namespace itself.
	if len(parts) >= 3 && parts[0] == "namespaces" && !(len(parts) == 3 && (parts[2] == "status" || parts[2] == "finalize")) {
		t.namespace = parts[1]
		parts = parts[2:]
	}
	if len(parts) == 0 || len(parts) > 3 {
		return target{}, false
	}
	if slices.Contains(parts, "") {
		return target{}, false
	}
	t.gvr = gv.WithResource(parts[0])
	if len(parts) > 1 {
		t.name = parts[1]
	}
	if len(parts) > 2 {
		t.subresource = parts[2]
	}
	return t, true
}

// Attributes are what a request asks for, as far as its method and URL say.
type Attributes struct {
	// Verb is what is to be done, as authorization rules call it. Requests for no resource have their method's name.
	Verb string
	// Resource, Subresource, Namespace and Name are what it is to be done with; empty where they are not given.
	Resource                     schema.GroupVersionResource
	Subresource, Namespace, Name string
}

// AttributesOf returns what a request asks for, whether it can be answered or not.
func AttributesOf(req *http.Request) Attributes {
	parts, _ := splitPath(req.URL)
	var t target
	isResource := false
	switch {
	case len(parts) >= 3 && parts[0] == "api":
		t, isResource = parseTarget(schema.GroupVersion{Version: parts[1]}, parts[2:])
	case len(parts) >= 4 && parts[0] == "apis":
		t, isResource = parseTarget(schema.GroupVersion{Group: parts[1], Version: parts[2]}, parts[3:])
	}
	if !isResource {
		return Attributes{Verb: strings.ToLower(req.Method)}
	}
	return Attributes{
		Verb:     verbOf(req, t),
		Resource: t.gvr, Subresource: t.subresource, Namespace: t.namespace, Name: t.name,
	}
}

func verbOf(req *http.Request, t target) string {
	if req.Method == http.MethodGet && flag(req.URL.Query(), "watch") {
		return "watch"
	}
	if t.name == "" {
		return collectionVerb(req.Method)
	}
	if req.Method == http.MethodPost {
		return "create"
	}
	return itemVerb(req.Method)
}

// collectionVerb returns what a method does with a collection, "" for nothing.
func collectionVerb(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead:
		return "list"
	case http.MethodPost:
		return "create"
	case http.MethodDelete:
		return "deletecollection"
	}
	return ""
}

// itemVerb returns what a method does with an object, "" for nothing.
func itemVerb(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead:
		return "get"
	case http.MethodPut:
		return "update"
	case http.MethodPatch:
		return "patch"
	case http.MethodDelete:
		return "delete"
	}
	return ""
}

// request is a request for a resource.
type request struct {
	target
	http  *http.Request
	query url.Values
	info  *resource.Info
	table *store.Table
	out   format
}

func (r *request) ctx() context.Context { return r.http.Context() }

func (r *request) key() store.Key { return store.Key{Namespace: r.namespace, Name: r.name} }

func (r *request) groupResource() schema.GroupResource { return r.gvr.GroupResource() }

// flag reports whether a parameter is set to something other than false, as the real server reads it.
func (r *request) flag(name string) bool { return flag(r.query, name) }

func flag(query url.Values, name string) bool {
	if !query.Has(name) {
		return false
	}
	switch strings.ToLower(query.Get(name)) {
	case "false", "0":
		return false
	}
	return true
}

// splitPath returns the parts of a path, unescaped, without empty ones at its ends.
func splitPath(u *url.URL) ([]string, bool) {
	trimmed := strings.Trim(u.EscapedPath(), "/")
	if trimmed == "" {
		return nil, true
	}
	parts := strings.Split(trimmed, "/")
	for i, p := range parts {
		text, err := url.PathUnescape(p)
		if err != nil || len(content.IsPathSegmentName(text)) > 0 {
			return nil, false
		}
		parts[i] = text
	}
	return parts, true
}
