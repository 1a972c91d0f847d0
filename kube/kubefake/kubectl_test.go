// SPDX-License-Identifier: Apache-2.0

package kubefake_test

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/krtkit/krtkit/kube/kubefake"
)

// kubectl runs commands against a server.
type kubectl struct {
	*testing.T
	ctx    context.Context //nolint:containedctx // it is the test's
	server string
	home   string
}

func newKubectl(t *testing.T) kubectl {
	t.Helper()
	if _, err := exec.LookPath("kubectl"); err != nil {
		t.Skip("kubectl is not in PATH; this test runs where it is")
	}
	server := kubefake.NewServer()
	t.Cleanup(server.Close)
	addr, err := server.Listen("")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return kubectl{T: t, ctx: ctx, server: "http://" + addr, home: t.TempDir()}
}

func (k kubectl) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(k.ctx, "kubectl", append([]string{"--server", k.server}, args...)...)
	// Neither a kubeconfig nor a cache of the user's is to have a say.
	cmd.Env = append(os.Environ(), "HOME="+k.home, "KUBECONFIG="+filepath.Join(k.home, "none"))
	return cmd
}

func (k kubectl) run(stdin string, args ...string) string {
	k.Helper()
	cmd := k.command(args...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.CombinedOutput()
	if err != nil {
		k.Errorf("kubectl %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

func (k kubectl) want(got, want string) {
	k.Helper()
	if !strings.Contains(got, want) {
		k.Errorf("got %q, want %q in it", got, want)
	}
}

const deploymentYAML = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replicas: 1
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers: [{name: main, image: "example.com/web:1"}, {name: side, image: "example.com/side:1"}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
`

func TestKubectl_appliesPatchesAndDeletes(t *testing.T) {
	k := newKubectl(t)
	k.want(k.run(deploymentYAML, "apply", "-f", "-"), "deployment.apps/web created\nservice/web created")
	k.want(k.run(deploymentYAML, "apply", "-f", "-"), "deployment.apps/web unchanged\nservice/web unchanged")
	k.want(k.run(strings.ReplaceAll(deploymentYAML, "side:1", "side:2"), "apply", "-f", "-"), "deployment.apps/web configured")
	k.want(k.run("", "get", "deploy", "web", "-o", "jsonpath={.metadata.generation} {.spec.template.spec.containers[*].image}"),
		"2 example.com/web:1 example.com/side:2")
	k.want(strings.Join(strings.Fields(k.run("", "get", "svc")), " "), "web ClusterIP <none> <none> 80/TCP")
	k.want(k.run("", "patch", "deploy", "web", "--type=json", "-p", `[{"op":"replace","path":"/spec/replicas","value":3}]`), "patched")
	k.want(strings.Join(strings.Fields(k.run("", "get", "deployments")), " "), "web 0/3")
	k.want(k.run("", "label", "svc", "web", "team=shop"), "service/web labeled")
	k.want(k.run("", "get", "svc", "-l", "team=shop", "-o", "name"), "service/web")
	k.want(k.run(deploymentYAML, "apply", "--server-side", "--force-conflicts", "-f", "-"), "service/web serverside-applied")
	k.want(k.run(deploymentYAML, "diff", "-f", "-"), "")
	k.want(k.run(deploymentYAML, "delete", "-f", "-"), `service "web" deleted`)
	k.want(k.run("", "get", "all"), "No resources found")
}

func TestKubectl_rejectsUnknownFields(t *testing.T) {
	k := newKubectl(t)
	cmd := k.command("apply", "-f", "-")
	cmd.Stdin = strings.NewReader(strings.Replace(deploymentYAML, "replicas", "replicaz", 1))
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), `unknown field "spec.replicaz"`) {
		t.Errorf("got %v %s, want that the field is unknown", err, out)
	}
}

func TestKubectl_watches(t *testing.T) {
	k := newKubectl(t)
	cmd := k.command("get", "configmaps", "-w", "--output-watch-events")
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(pipe)
	next := func(want string) {
		t.Helper()
		if !lines.Scan() || !strings.HasPrefix(strings.Join(strings.Fields(lines.Text()), " "), want) {
			t.Fatalf("got %q, want %q", lines.Text(), want)
		}
	}
	k.run("", "create", "configmap", "a", "--from-literal=x=1")
	defer cmd.Process.Kill() //nolint:errcheck // it may have ended
	next("EVENT NAME DATA AGE")
	next("ADDED a 1")
	k.run("", "annotate", "configmap", "a", "x=y")
	next("MODIFIED a 1")
	k.run("", "delete", "configmap", "a")
	next("DELETED a 1")
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	// It was killed, which is an error.
	_ = cmd.Wait()
}

func TestKubectl_knowsKindsAndCustomResources(t *testing.T) {
	k := newKubectl(t)
	resources := k.run("", "api-resources")
	for _, want := range []string{"pods ", "deployments ", "customresourcedefinitions "} {
		k.want(resources, want)
	}
	k.want(k.run(`apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: widgets, kind: Widget, shortNames: [wd]}
  versions:
  - name: v1
    served: true
    storage: true
    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
    additionalPrinterColumns: [{name: Size, type: integer, jsonPath: .spec.size}]
`, "apply", "-f", "-"), "created")
	k.run("", "wait", "--for=condition=Established", "crd/widgets.example.com", "--timeout=10s")
	k.want(k.run("apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\nspec: {size: 3}\n", "apply", "-f", "-"), "widget.example.com/a created")
	k.want(strings.Join(strings.Fields(k.run("", "get", "wd")), " "), "NAME SIZE a 3")
	k.want(k.run("", "delete", "crd", "widgets.example.com"), "deleted")
}

func TestKubectl_deletesNamespaces(t *testing.T) {
	k := newKubectl(t)
	k.run("", "create", "namespace", "shop")
	k.run("", "-n", "shop", "create", "configmap", "a")
	k.want(k.run("", "delete", "namespace", "shop", "--timeout=10s"), `namespace "shop" deleted`)
	if got := k.run("", "get", "namespaces", "-o", "name"); strings.Contains(got, "shop") {
		t.Errorf("namespaces are %q", got)
	}
}
