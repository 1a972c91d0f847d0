// SPDX-License-Identifier: Apache-2.0

package kube_test

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/krtkit/krtkit/kube"
)

func TestMinimumCRDVersions(t *testing.T) {
	const annotation, routes = "example.com/version", "routes.example.com"
	passes, err := kube.MinimumCRDVersions(map[string]string{routes: "1.4.0"}, annotation)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, version string
		want          bool
	}{
		{routes, "1.4.0", true},
		{routes, "v1.4.0", true},
		{routes, "1.4.0-rc.1", true},
		{routes, "1.10.2", true},
		{routes, "2.0.0", true},
		{routes, "1.3.9", false},
		{routes, "1.3.9-rc.1", false},
		{routes, "", false},
		{routes, "latest", false},
		{"others.example.com", "", true},
	} {
		d := &metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{Name: c.name, Annotations: map[string]string{annotation: c.version}}}
		if got := passes(d); got != c.want {
			t.Errorf("%s of version %q passes: %v, want %v", c.name, c.version, got, c.want)
		}
	}
	if passes(&metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{Name: routes}}) {
		t.Error("a definition without annotations passes")
	}
	if _, err := kube.MinimumCRDVersions(map[string]string{routes: "new"}, annotation); err == nil {
		t.Error("a minimum that is no version is no error")
	}
}

func TestSelectCRDs(t *testing.T) {
	passes := kube.SelectCRDs("a.example.com, *.io ,*x", " b.test.io")
	for name, want := range map[string]bool{
		"a.example.com": false, "b.example.com": true, "a.test.io": false, "b.test.io": true, "io": true, "x": true, "ax": true,
	} {
		if got := passes(&metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{Name: name}}); got != want {
			t.Errorf("%s passes: %v, want %v", name, got, want)
		}
	}
	if !kube.SelectCRDs("", "")(&metav1.PartialObjectMetadata{ObjectMeta: metav1.ObjectMeta{Name: "a"}}) {
		t.Error("a definition is left out that nobody ignores")
	}
}
