// SPDX-License-Identifier: Apache-2.0

package kubefake_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/krtkit/krtkit/kube/kubefake"
)

// do sends a request and returns the status code and the body.
func do(t *testing.T, server http.RoundTripper, method, path, accept, body string) (int, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, "http://kubefake"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", accept)
	resp, err := server.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var out bytes.Buffer
	if _, err := io.Copy(&out, resp.Body); err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, out.Bytes()
}

// TestKinds_areServedInJSONAndProtobuf creates an object of every kind and reads it, alone and in a list, in all forms.
//
// Defects C.4 row 26.
func TestKinds_areServedInJSONAndProtobuf(t *testing.T) {
	server, client := newServer(t)
	_, lists, err := client.Discovery().ServerGroupsAndResources()
	if err != nil {
		t.Fatal(err)
	}
	decoder := scheme.Codecs.UniversalDeserializer()
	count := 0
	for _, list := range lists {
		gv, err := schema.ParseGroupVersion(list.GroupVersion)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range list.APIResources {
			gvk := gv.WithKind(r.Kind)
			if strings.Contains(r.Name, "/") || !scheme.Scheme.Recognizes(gvk) || !strings.Contains(strings.Join(r.Verbs, " "), "list") {
				continue
			}
			count++
			t.Run(gvk.String(), func(t *testing.T) {
				path := "/apis/" + gv.String()
				if gv.Group == "" {
					path = "/api/v1"
				}
				if r.Namespaced {
					path += "/namespaces/default"
				}
				path += "/" + r.Name
				want := 1
				if strings.Contains(strings.Join(r.Verbs, " "), "create") {
					code, body := do(t, server.Transport(), http.MethodPost, path, "", `{"metadata":{"name":"example","labels":{"kinds":"yes"}}}`)
					if code != http.StatusCreated {
						t.Fatalf("create: got %d %s", code, body)
					}
				} else {
					want = 0
				}
				var alone, listed []runtime.Object
				for _, accept := range []string{"application/json", "application/vnd.kubernetes.protobuf"} {
					_, body := do(t, server.Transport(), http.MethodGet, path+"?labelSelector=kinds%3Dyes", accept, "")
					obj, got, err := decoder.Decode(body, nil, nil)
					if err != nil || *got != gv.WithKind(r.Kind+"List") {
						t.Fatalf("list in %s: got %v, %v", accept, got, err)
					}
					if n := meta.LenList(obj); n != want {
						t.Errorf("list in %s has %d items, want %d", accept, n, want)
					}
					obj.GetObjectKind().SetGroupVersionKind(schema.GroupVersionKind{})
					listed = append(listed, obj)
					if want == 0 {
						continue
					}
					_, body = do(t, server.Transport(), http.MethodGet, path+"/example", accept, "")
					obj, got, err = decoder.Decode(body, nil, nil)
					if err != nil || *got != gvk {
						t.Fatalf("get in %s: got %v, %v", accept, got, err)
					}
					obj.GetObjectKind().SetGroupVersionKind(schema.GroupVersionKind{})
					alone = append(alone, obj)
				}
				if diff := cmp.Diff(listed[0], listed[1], cmpopts.EquateEmpty()); diff != "" {
					t.Errorf("list mismatch (-json +protobuf):\n%s", diff)
				}
				if want == 1 {
					if diff := cmp.Diff(alone[0], alone[1]); diff != "" {
						t.Errorf("object mismatch (-json +protobuf):\n%s", diff)
					}
				}
				code, body := do(t, server.Transport(), http.MethodGet, path, "application/json;as=Table;g=meta.k8s.io;v=v1", "")
				if code != http.StatusOK || !bytes.Contains(body, []byte(`"kind":"Table"`)) {
					t.Errorf("table: got %d %s", code, body)
				}
			})
		}
	}
	const atLeast = 80
	if count < atLeast {
		t.Errorf("only %d kinds are served, want %d or more", count, atLeast)
	}
}

// TestKinds_ofTheSchemeAreServedUnlessKubernetesRemovedThem finds kinds that were forgotten.
func TestKinds_ofTheSchemeAreServedUnlessKubernetesRemovedThem(t *testing.T) {
	_, client := newServer(t)
	_, lists, err := client.Discovery().ServerGroupsAndResources()
	if err != nil {
		t.Fatal(err)
	}
	served := map[string]bool{}
	for _, list := range lists {
		for _, r := range list.APIResources {
			served[list.GroupVersion+" "+r.Kind] = true
		}
	}
	// What is no resource although it has a list.
	served["v1 APIGroup"] = true
	for gvk := range scheme.Scheme.AllKnownTypes() {
		if gvk.Version == runtime.APIVersionInternal || !scheme.Scheme.Recognizes(gvk.GroupVersion().WithKind(gvk.Kind+"List")) {
			continue
		}
		obj, err := scheme.Scheme.New(gvk)
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := obj.(metav1.Object); !ok && gvk.Kind != "APIGroup" {
			continue
		}
		removed := false
		if l, ok := obj.(interface{ APILifecycleRemoved() (int, int) }); ok {
			_, minor := l.APILifecycleRemoved()
			removed = minor <= 37
		}
		if served[gvk.GroupVersion().String()+" "+gvk.Kind] == removed {
			t.Errorf("%s: served %v, removed %v", gvk, !removed, removed)
		}
	}
}

func TestReviews_allowEverything(t *testing.T) {
	server := kubefake.NewServer()
	defer server.Close()
	for path, want := range map[string]string{
		"/apis/authorization.k8s.io/v1/selfsubjectaccessreviews":                     `"allowed":true`,
		"/apis/authorization.k8s.io/v1/subjectaccessreviews":                         `"allowed":true`,
		"/apis/authorization.k8s.io/v1/namespaces/default/localsubjectaccessreviews": `"allowed":true`,
		"/apis/authorization.k8s.io/v1/selfsubjectrulesreviews":                      `"verbs":["*"]`,
		"/apis/authentication.k8s.io/v1/tokenreviews":                                `"authenticated":true`,
		"/apis/authentication.k8s.io/v1/selfsubjectreviews":                          `"username":"kubefake"`,
	} {
		code, body := do(t, server.Transport(), http.MethodPost, path, "", `{}`)
		if code != http.StatusCreated || !bytes.Contains(body, []byte(want)) {
			t.Errorf("%s: got %d %s, want 201 with %s", path, code, body, want)
		}
	}
}
