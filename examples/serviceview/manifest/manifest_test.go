// SPDX-License-Identifier: Apache-2.0

package manifest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/kubernetes/scheme"

	"github.com/krtkit/krtkit/examples/serviceview/manifest"
)

// builtin serves what a Kubernetes API server of the version in go.mod serves, as
// far as these tests go.
func builtin(gvk schema.GroupVersionKind) (namespaced, served bool) {
	if gvk.Kind == "CustomResourceDefinition" && gvk.Group == "apiextensions.k8s.io" {
		return false, true
	}
	if !scheme.Scheme.Recognizes(gvk) {
		return false, false
	}
	return gvk.Kind != "Namespace" && gvk.Kind != "Node", true
}

func parse(text string) *manifest.Set { return manifest.Parse(builtin, "f.yaml", []byte(text)) }

// summary lists what a set holds, one line each, without the file's name.
func summary(set *manifest.Set) []string {
	var out []string
	for _, o := range set.Objects {
		out = append(out, fmt.Sprintf("%d/%d %s", o.At.Document, o.At.Line, o.ID()))
	}
	for _, s := range set.Skipped {
		out = append(out, fmt.Sprintf("skipped %d %s: %s", s.Count, s.Kind, s.Reason))
	}
	for _, e := range set.Errors {
		out = append(out, strings.TrimPrefix(e.Error(), e.At.File+":"))
	}
	return out
}

const svc = "apiVersion: v1\nkind: Service\nmetadata: {name: %s}\n"

func service(name string) string { return fmt.Sprintf(svc, name) }

func TestParse_documents(t *testing.T) {
	for _, tt := range []struct {
		name string
		text string
		want []string
	}{
		{"nothing", "", nil},
		{"comments only", "# a\n\n# b\n", nil},
		{"empty documents", "---\n---\n# c\n---\nnull\n---\n", nil},
		{"one", service("a"), []string{"1/1 Service default/a"}},
		{
			"comments and empty documents do not count",
			"# licence\n---\n" + service("a") + "---\n# none\n---\n" + service("b"),
			[]string{"1/3 Service default/a", "2/9 Service default/b"},
		},
		{"CRLF", strings.ReplaceAll("# x\n---\n"+service("a")+"---\n"+service("b"), "\n", "\r\n"), []string{"1/3 Service default/a", "2/7 Service default/b"}},
		{"byte order mark", "\xEF\xBB\xBF" + service("a"), []string{"1/1 Service default/a"}},
		{"end markers", service("a") + "...\n" + service("b"), []string{"1/1 Service default/a", "2/5 Service default/b"}},
		{"directive", "%YAML 1.1\n---\n" + service("a"), []string{"1/3 Service default/a"}},
		{"marker with comment", "--- # first\n" + service("a"), []string{"1/2 Service default/a"}},
		{"marker in a string is still a marker", "a: \"\n---\n" + service("b"), []string{
			"2/3 Service default/b",
			"1: document 1: not YAML: found unexpected end of stream",
		}},
		{"no new line at the end", strings.TrimSpace(service("a")), []string{"1/1 Service default/a"}},
		{
			"namespace kept, cluster scope cleared",
			"apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop}\n---\napiVersion: v1\nkind: Node\nmetadata: {name: node, namespace: shop}\n",
			[]string{"1/1 Pod shop/a", "2/5 Node node", "7: document 2: warning: metadata.namespace: Node has no namespace; it is ignored"},
		},
		{
			"list",
			"apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata: {name: a}\n- apiVersion: v1\n  kind: Service\n  metadata: {name: B}\n- 7\n",
			[]string{
				"1/4 Service default/a",
				"9: document 1: items[1].metadata.name: \"B\": a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')",
				"10: document 1: items[2]: want an object, not the number 7",
			},
		},
		{
			"typed list",
			"apiVersion: v1\nkind: ServiceList\nitems:\n- metadata: {name: a}\n- {metadata: {name: b}}\n",
			[]string{"1/4 Service default/a", "1/5 Service default/b"},
		},
		{"empty list", "apiVersion: v1\nkind: List\n", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, summary(parse(tt.text))); diff != "" {
				t.Errorf("Parse(%q) mismatch (-want +got):\n%s", tt.text, diff)
			}
		})
	}
}

func TestParse_mistakes(t *testing.T) {
	const ports = "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  ports:\n"
	for _, tt := range []struct {
		name string
		text string
		want []string // errors only
	}{
		{"number as string", ports + "  - port: 1\n  - port: \"80\"\n", []string{`8: document 1: spec.ports[1].port: want a whole number, not the string "80"`}},
		{"all mistakes of a document", ports + "  - port: x\n    name: 5\n  selector: [a]\n", []string{
			`7: document 1: spec.ports[0].port: want a whole number, not the string "x"`,
			`8: document 1: spec.ports[0].name: want a string, not the number 5`,
			`9: document 1: spec.selector: want a mapping, not a list`,
		}},
		{"number too large", ports + "  - port: 5000000000\n", []string{"7: document 1: spec.ports[0].port: want a number of 32 bits, not the number 5000000000"}},
		{"target port", ports + "  - port: 80\n    targetPort: [a]\n", []string{"8: document 1: spec.ports[0].targetPort: want a whole number or a string, not a list"}},
		{"yes is a boolean", service("a") + "spec:\n  selector:\n    x: yes\n", []string{"6: document 1: spec.selector.x: want a string, not the boolean yes"}},
		{"quantity", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  containers:\n  - name: c\n    resources:\n      limits:\n        cpu: lots\n", []string{
			`9: document 1: spec.containers[0].resources.limits.cpu: want a quantity such as "100m" or "2Gi", not the string "lots"`,
		}},
		{"unknown field is a warning", service("a") + "spec:\n  slector: {}\n  clusterip: x\n", []string{
			"5: document 1: warning: spec.slector: there is no such field",
			"6: document 1: warning: spec.clusterip: there is no such field; it is spelled clusterIP",
		}},
		{"field set twice", service("a") + "spec:\n  type: ClusterIP\n  type: NodePort\n", []string{"6: document 1: spec.type: set twice, first one line above"}},
		{"no kind", "apiVersion: v1\nmetadata: {name: a}\n", []string{"1: document 1: kind: missing"}},
		{"kind is a number", "apiVersion: v1\nkind: 4\n", []string{"2: document 1: kind: want a string, not the number 4"}},
		{"bad apiVersion", "kind: A\napiVersion: a/b/c\n", []string{`2: document 1: apiVersion: want group/version, not "a/b/c"`}},
		{"not an object", "# x\n- a\n", []string{"2: document 1: want an object with apiVersion and kind, not a list"}},
		{"text", "hello\n", []string{`1: document 1: want an object with apiVersion and kind, not the string "hello"`}},
		{"no name", "apiVersion: v1\nkind: Service\nspec: {}\n", []string{"1: document 1: metadata.name: missing"}},
		{"generated name", "apiVersion: v1\nkind: Pod\nmetadata:\n  generateName: a-\n", []string{"4: document 1: metadata.generateName: a manifest that is read again and again needs metadata.name"}},
		{"bad namespace", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  namespace: a.b\n", []string{
			`5: document 1: metadata.namespace: "a.b": must not contain dots`,
		}},
		{"bad label", "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n  labels:\n    \"a b\": x\n    ok: \"-\"\n", []string{
			"6: document 1: metadata.labels[\"a b\"]: name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
			`7: document 1: metadata.labels.ok: "-": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
		}},
		{"indentation", "a: 1\nb:\n  - x\n - y\nc: 2\n", []string{"4: document 1: not YAML: did not find expected key (while parsing a block mapping that begins 3 lines above)"}},
		{"no colon", "# x\na: b\nc: d\nfoo\n", []string{"4: document 1: not YAML: could not find expected ':'"}},
		{"open bracket", "a: [1,2\nb: c\n", []string{"2: document 1: not YAML: did not find expected ',' or ']' (while parsing a flow sequence that begins one line above)"}},
		{"control character", "a: b\nc: \"\x01\"\n", []string{"2: document 1: not YAML: control characters are not allowed (value: 1)"}},
		{"unknown alias", "a: b\nc: *d\n", []string{"2: document 1: not YAML: unknown anchor 'd' referenced"}},
		{"alias of itself", "a: &a [*a]\n", []string{"1: document 1: a" + strings.Repeat("[0]", 500) + ": more than 1000 levels"}},
		{"binary", "a: b\nc\x00d", []string{"2: document 1: not a text file: byte 0x00 is not UTF-8 text"}},
		{"latin-1", "a: b\n# caf\xe9\n", []string{"2: document 1: not a text file: byte 0xe9 is not UTF-8 text"}},
		{"UTF-16", "\xFF\xFEa\x00", []string{"1: document 1: the file is UTF-16; save it as UTF-8"}},
		{"declared twice", service("a") + "---\n" + service("a"), []string{"7: document 2: metadata.name: Service default/a is already declared at f.yaml:1, and that one counts"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			// The document behind the mistake must load in any case.
			const behind = "\n---\napiVersion: v1\nkind: Service\nmetadata: {name: behind}\n"
			text := tt.text
			if tt.name != "binary" && tt.name != "latin-1" && tt.name != "UTF-16" {
				text += behind
			}
			set := parse(text)
			var got []string
			for _, e := range set.Errors {
				got = append(got, strings.TrimPrefix(e.Error(), "f.yaml:"))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Parse(%q) mismatch (-want +got):\n%s", tt.text, diff)
			}
			if n := len(set.Objects); text != tt.text && (n == 0 || set.Objects[n-1].Content.GetName() != "behind") {
				t.Errorf("Parse(%q) lost the document behind the mistake: %v", tt.text, summary(set))
			}
		})
	}
}

func TestParse_aliasBombIsAnError(t *testing.T) {
	text := "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c < 'k'; c++ {
		text += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.Repeat(fmt.Sprintf("*%c,", c-1), 10))
	}
	set := parse(text)
	if len(set.Errors) != 1 || !strings.Contains(set.Errors[0].Reason, "aliases") {
		t.Fatalf("got %v, want one error about aliases", set.Errors)
	}
}

func TestParse_aliasesAndMergesAreReplaced(t *testing.T) {
	set := parse("apiVersion: v1\nkind: Service\nmetadata:\n  name: a\n  labels: &l {app: x, tier: w}\nspec:\n  selector:\n    <<: *l\n    tier: z\n  publishNotReadyAddresses: yes\n")
	if len(set.Errors) > 0 {
		t.Fatal(set.Errors)
	}
	want := map[string]any{"selector": map[string]any{"app": "x", "tier": "z"}, "publishNotReadyAddresses": true}
	if diff := cmp.Diff(want, set.Objects[0].Content.Object["spec"]); diff != "" {
		t.Errorf("spec mismatch (-want +got):\n%s", diff)
	}
}

func TestParse_json(t *testing.T) {
	text := `{"apiVersion": "v1", "kind": "Service",
  "metadata": {"name": "a", "labels": {"x": "\ud83d\ude00\/"}}}
{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "b"},
	"spec": {"ports": [
		{"port": "80"}]}}
{"apiVersion": "v1",
 "kind" "Service"}
`
	got := summary(manifest.Parse(builtin, "f.JSON", []byte(text)))
	want := []string{
		"2: document 1: metadata.labels.x: \"😀/\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
		`5: document 2: spec.ports[0].port: want a whole number, not the string "80"`,
		`7: document 3: not JSON: invalid character '"' after object key; the rest of the file is not read`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
	for text, line := range map[string]int{"{\n\"a\":\n\n": 2, "\n\n}": 3, strings.Repeat("[", 5000): 1, "{\"a\": 1,\n \"a\": 2}": 2} {
		set := manifest.Parse(builtin, "f.json", []byte(text))
		if len(set.Errors) != 1 || set.Errors[0].At.Line != line {
			t.Errorf("%.20q: got %v, want one error on line %d", text, set.Errors, line)
		}
	}
}

func TestParse_unservedKindsAreSkippedAndCounted(t *testing.T) {
	got := summary(parse(`apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: a}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: a}
---
apiVersion: apps/v1alpha7
kind: Deployment
metadata: {name: a}
`))
	want := []string{
		"skipped 1 apps/v1alpha7, Kind=Deployment: not served in this version; apps/v1 is",
		"skipped 2 networking.istio.io/v1, Kind=VirtualService: no definition of this kind",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func TestParse_customResourcesAreServedByTheirDefinition(t *testing.T) {
	got := summary(parse(`apiVersion: example.com/v1
kind: Cache
metadata: {name: a}
size: [1]
---
apiVersion: example.com/v2
kind: Cache
metadata: {name: a}
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: caches.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Cache, plural: caches}
  versions:
  - {name: v1, served: true, storage: true}
  - {name: v2, served: false, storage: false}
`))
	want := []string{
		"1/1 Cache default/a",
		"3/10 CustomResourceDefinition caches.example.com",
		"skipped 1 example.com/v2, Kind=Cache: no definition of this kind",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("f.yaml", "# x\n---\napiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  ports:\n  - port: \"80\"\n---\na: [\n")
	f.Add("f.yaml", "a: &a [*a]\nb: {<<: *a}\n...\n%YAML 1.1\n---\nx")
	f.Add("f.json", `{"apiVersion":"v1","kind":"List","items":[{"a":1},2]} {"a"`)
	f.Add("f.yaml", "\xEF\xBB\xBFapiVersion: v1\r\nkind: PodList\r\nitems:\r\n- metadata: {name: x, labels: {y: 1}}\r\n")
	f.Fuzz(func(t *testing.T, name, text string) {
		set := manifest.Parse(builtin, name, []byte(text))
		lines := strings.Count(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text), "\n") + 1
		for _, e := range set.Errors {
			if e.At.File != name || e.At.Document < 1 || e.At.Line < 1 || e.At.Line > lines || e.Reason == "" {
				t.Errorf("%+v: want a document, a line from 1 to %d and a reason", e, lines)
			}
		}
		for _, o := range set.Objects {
			if o.At.Document < 1 || o.At.Line < 1 || o.At.Line > lines || o.Content.GetName() == "" || o.Content.GetKind() == "" {
				t.Errorf("object %+v is incomplete", o)
			}
			if _, err := o.Content.MarshalJSON(); err != nil {
				t.Errorf("object cannot be sent: %v", err)
			}
		}
	})
}
