// SPDX-License-Identifier: Apache-2.0

package conformancetest

import (
	"fmt"
	"net/http"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func createTests() []test {
	return []test{
		{"setsWhatTheServerDecides", func(e *env) {
			cm := e.createConfigMap("a", nil)
			if cm.UID == "" || cm.ResourceVersion == "" || cm.CreationTimestamp.IsZero() || cm.Generation != 0 {
				e.Errorf("uid %q, resourceVersion %q, creationTimestamp %v, generation %d", cm.UID, cm.ResourceVersion, cm.CreationTimestamp, cm.Generation)
			}
			got := must(e.client.CoreV1().ConfigMaps(e.namespace).Get(e.ctx, "a", metav1.GetOptions{}))(e)
			if got.UID != cm.UID || got.ResourceVersion != cm.ResourceVersion {
				e.Errorf("get returned %s %s, want what create did: %s %s", got.UID, got.ResourceVersion, cm.UID, cm.ResourceVersion)
			}
		}},
		{"startsGenerationAndDropsStatus", func(e *env) {
			d := e.deployment("d")
			d.Status.Replicas = 7
			d = must(e.client.AppsV1().Deployments(e.namespace).Create(e.ctx, d, metav1.CreateOptions{}))(e)
			if d.Generation != 1 || d.Status.Replicas != 0 {
				e.Errorf("generation %d, status.replicas %d, want 1 and 0", d.Generation, d.Status.Replicas)
			}
		}},
		{"refusesANameThatIsTaken", func(e *env) {
			e.createConfigMap("a", nil)
			_, err := e.client.CoreV1().ConfigMaps(e.namespace).Create(e.ctx, e.configMap("a", nil), metav1.CreateOptions{})
			e.status(err, http.StatusConflict, metav1.StatusReasonAlreadyExists, `configmaps "a" already exists`)
		}},
		{"makesNamesOfGenerateName", func(e *env) {
			seen := map[string]bool{}
			for range 5 {
				cm := e.configMap("", nil)
				cm.GenerateName = "gen-"
				cm = must(e.client.CoreV1().ConfigMaps(e.namespace).Create(e.ctx, cm, metav1.CreateOptions{}))(e)
				if !strings.HasPrefix(cm.Name, "gen-") || len(cm.Name) != len("gen-")+5 || seen[cm.Name] {
					e.Errorf("name %q", cm.Name)
				}
				seen[cm.Name] = true
			}
		}},
		{"wantsAName", func(e *env) {
			_, err := e.client.CoreV1().ConfigMaps(e.namespace).Create(e.ctx, e.configMap("", nil), metav1.CreateOptions{})
			e.status(err, http.StatusUnprocessableEntity, metav1.StatusReasonInvalid,
				`ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required`)
		}},
		{"wantsAValidName", func(e *env) {
			_, err := e.client.CoreV1().ConfigMaps(e.namespace).Create(e.ctx, e.configMap("Not_Valid", nil), metav1.CreateOptions{})
			e.status(err, http.StatusUnprocessableEntity, metav1.StatusReasonInvalid, "")
		}},
		{"wantsValidLabels", func(e *env) {
			_, err := e.client.CoreV1().ConfigMaps(e.namespace).Create(e.ctx, e.configMap("a", map[string]string{"a": "not valid"}), metav1.CreateOptions{})
			e.status(err, http.StatusUnprocessableEntity, metav1.StatusReasonInvalid, "")
		}},
		{"wantsTheNamespaceToExist", func(e *env) {
			cm := e.configMap("a", nil)
			cm.Namespace = "missing-" + e.namespace
			_, err := e.client.CoreV1().ConfigMaps(cm.Namespace).Create(e.ctx, cm, metav1.CreateOptions{})
			e.status(err, http.StatusNotFound, metav1.StatusReasonNotFound, fmt.Sprintf("namespaces %q not found", cm.Namespace))
		}},
		{"wantsTheNamespaceOfTheRequest", func(e *env) {
			cm := e.configMap("a", nil)
			cm.Namespace = "default"
			_, err := e.client.CoreV1().ConfigMaps(e.namespace).Create(e.ctx, cm, metav1.CreateOptions{})
			e.status(err, http.StatusBadRequest, metav1.StatusReasonBadRequest,
				"the namespace of the provided object does not match the namespace sent on the request")
		}},
		{"dryRunStoresNothing", func(e *env) {
			cm := must(e.client.CoreV1().ConfigMaps(e.namespace).Create(e.ctx, e.configMap("a", nil), metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}}))(e)
			if cm.UID == "" {
				e.Error("a dry run shows what would be stored: uid is missing")
			}
			_, err := e.client.CoreV1().ConfigMaps(e.namespace).Get(e.ctx, "a", metav1.GetOptions{})
			e.status(err, http.StatusNotFound, metav1.StatusReasonNotFound, `configmaps "a" not found`)
		}},
		{"movesStringDataOfSecrets", func(e *env) {
			s := must(e.client.CoreV1().Secrets(e.namespace).Create(e.ctx, &corev1.Secret{
				ObjectMeta: metav1.ObjectMeta{Name: "s"}, StringData: map[string]string{"a": "b"},
			}, metav1.CreateOptions{}))(e)
			if string(s.Data["a"]) != "b" || s.StringData != nil || s.Type != corev1.SecretTypeOpaque {
				e.Errorf("data %q, stringData %v, type %q", s.Data, s.StringData, s.Type)
			}
		}},
		{"labelsNamespacesWithTheirName", func(e *env) {
			ns := must(e.client.CoreV1().Namespaces().Get(e.ctx, e.namespace, metav1.GetOptions{}))(e)
			if ns.Labels[corev1.LabelMetadataName] != e.namespace || ns.Status.Phase != corev1.NamespaceActive {
				e.Errorf("labels %v, phase %q", ns.Labels, ns.Status.Phase)
			}
		}},
		{"checksFieldsAsAsked", func(e *env) {
			path := "/api/v1/namespaces/" + e.namespace + "/configmaps"
			body := func(name string) []byte {
				return fmt.Appendf(nil, `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":%q},"extra":1}`, name)
			}
			header := http.Header{"Content-Type": {"application/json"}}
			code, _, data := e.request(http.MethodPost, path+"?fieldValidation=Strict", header, body("strict"))
			if want := `unknown field \"extra\"`; code != http.StatusBadRequest || !strings.Contains(string(data), want) {
				e.Errorf("strict: got %d %s, want 400 with %s", code, data, want)
			}
			code, got, _ := e.request(http.MethodPost, path+"?fieldValidation=Warn", header, body("warn"))
			if want := `unknown field \"extra\"`; code != http.StatusCreated || !strings.Contains(got.Get("Warning"), want) {
				e.Errorf("warn: got %d %q, want 201 with a warning %s", code, got.Get("Warning"), want)
			}
			code, got, _ = e.request(http.MethodPost, path+"?fieldValidation=Ignore", header, body("ignore"))
			if code != http.StatusCreated || got.Get("Warning") != "" {
				e.Errorf("ignore: got %d %q, want 201 and no warning", code, got.Get("Warning"))
			}
		}},
		{"refusesBodiesThatAreNone", func(e *env) {
			path := "/api/v1/namespaces/" + e.namespace + "/configmaps"
			for body, want := range map[string]int{
				`{`: http.StatusBadRequest, `{"apiVersion":"v1","kind":"Nonsense"}`: http.StatusBadRequest,
				`{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"}}`: http.StatusBadRequest,
				`{"metadata":{"name":1}}`: http.StatusBadRequest,
			} {
				code, _, data := e.request(http.MethodPost, path, http.Header{"Content-Type": {"application/json"}}, []byte(body))
				if code != want {
					e.Errorf("%s: got %d %s, want %d", body, code, data, want)
				}
			}
			code, _, data := e.request(http.MethodPost, path, http.Header{"Content-Type": {"text/plain"}}, []byte("a"))
			if code != http.StatusUnsupportedMediaType {
				e.Errorf("text/plain: got %d %s, want 415", code, data)
			}
		}},
		{"isNotForWholeClusters", func(e *env) {
			code, _, _ := e.request(http.MethodPost, "/api/v1/configmaps", http.Header{"Content-Type": {"application/json"}}, []byte(`{"metadata":{"name":"a"}}`))
			if code != http.StatusMethodNotAllowed {
				e.Errorf("got %d, want 405", code)
			}
		}},
		{"doesNotFindWhatIsNotServed", func(e *env) {
			_, err := e.client.CoreV1().RESTClient().Get().AbsPath("/api/v1/namespaces/" + e.namespace + "/nonsenses").DoRaw(e.ctx)
			if !apierrors.IsNotFound(err) {
				e.Errorf("got %v, want not found", err)
			}
		}},
	}
}

func (e *env) deployment(name string) *appsv1.Deployment {
	labels := map[string]string{"app": name}
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Namespace: e.namespace, Name: name},
		Spec: appsv1.DeploymentSpec{
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "example.com/main:1"}, {Name: "side", Image: "example.com/side:1"}}},
			},
		},
	}
}
