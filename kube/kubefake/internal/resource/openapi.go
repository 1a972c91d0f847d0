// SPDX-License-Identifier: Apache-2.0

package resource

import "k8s.io/apimachinery/pkg/runtime/schema"

// The server describes just as much of itself as kubectl needs to leave the checking of fields to the server: which
// resources can be patched, and that fieldValidation is understood.

// OpenAPIPaths returns the JSON of /openapi/v3.
func (r *Registry) OpenAPIPaths() ([]byte, error) {
	return r.render("openapi", func(all []served) any {
		paths := map[string]any{}
		for _, s := range all {
			path := Path(s.gv)
			paths[path[1:]] = map[string]string{"serverRelativeURL": "/openapi/v3" + path}
		}
		return map[string]any{"paths": paths}
	})
}

// OpenAPI returns the JSON of a group and version's document, nil when nothing is served in it.
func (r *Registry) OpenAPI(gv schema.GroupVersion) ([]byte, error) {
	return r.render("openapi "+gv.String(), func(all []served) any {
		for _, s := range all {
			if s.gv == gv {
				return openAPI(s)
			}
		}
		return nil
	})
}

type dict = map[string]any

func openAPI(s served) dict {
	paths := dict{}
	for _, info := range s.infos {
		if !info.Allows("patch") {
			continue
		}
		path := Path(s.gv)
		if info.Namespaced {
			path += "/namespaces/{namespace}"
		}
		path += "/" + info.Resource.Resource + "/{name}"
		operation := func(action string) dict {
			return dict{
				"operationId":                     action + info.Kind.GVK.Kind,
				"parameters":                      openAPIParameters(),
				"responses":                       dict{"200": dict{"description": "OK"}},
				"x-kubernetes-action":             action,
				"x-kubernetes-group-version-kind": dict{"group": s.gv.Group, "version": s.gv.Version, "kind": info.Kind.GVK.Kind},
			}
		}
		paths[path] = dict{"patch": operation("patch"), "put": operation("put")}
	}
	return dict{
		"openapi":    "3.0.0",
		"info":       dict{"title": "Kubernetes", "version": "unversioned"},
		"paths":      paths,
		"components": dict{"schemas": dict{}},
	}
}

func openAPIParameters() []dict {
	var out []dict
	for _, name := range []string{"dryRun", "fieldManager", "fieldValidation"} {
		out = append(out, dict{"name": name, "in": "query", "schema": dict{"type": "string", "uniqueItems": true}})
	}
	return out
}
