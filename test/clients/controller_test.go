// SPDX-License-Identifier: Apache-2.0

package clients_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/go-logr/logr"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"
	ctrl "sigs.k8s.io/controller-runtime"
	ctrlclient "sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/config"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

// describer is a controller as its readers know them: for each deployment it keeps a
// config map that says how many replicas it has, with which the deployment takes it along.
type describer struct{ client ctrlclient.Client }

// Reconcile implements [ctrl.Reconciler].
func (d describer) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	deployment := &appsv1.Deployment{}
	if err := d.client.Get(ctx, request.NamespacedName, deployment); err != nil {
		return ctrl.Result{}, ctrlclient.IgnoreNotFound(err)
	}
	description := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: request.Namespace, Name: request.Name}}
	_, err := controllerutil.CreateOrUpdate(ctx, d.client, description, func() error {
		description.Data = map[string]string{"replicas": "none"}
		if deployment.Spec.Replicas != nil {
			description.Data["replicas"] = fmt.Sprint(*deployment.Spec.Replicas)
		}
		return controllerutil.SetControllerReference(deployment, description, d.client.Scheme())
	})
	return ctrl.Result{}, err
}

// TestControllerRuntime_managerRunsAController runs a manager with a leader election and a
// controller. What it has to do comes from the typed client, which watches what it does.
func TestControllerRuntime_managerRunsAController(t *testing.T) {
	w := newWorld(t)
	manager := need(ctrl.NewManager(w.server.RESTConfig(), ctrl.Options{
		Logger: logr.Discard(), Metrics: metricsserver.Options{BindAddress: "0"},
		Controller:     config.Controller{SkipNameValidation: new(true)}, // there is one in each run of the test
		LeaderElection: true, LeaderElectionID: "describer", LeaderElectionNamespace: "default",
	}))(t)
	w.noError(ctrl.NewControllerManagedBy(manager).For(&appsv1.Deployment{}).Owns(&corev1.ConfigMap{}).
		Complete(describer{manager.GetClient()}))
	ended := make(chan error, 1)
	go func() { ended <- manager.Start(w.ctx) }()
	t.Cleanup(func() { // the context has ended
		if err := <-ended; err != nil {
			t.Errorf("controller-runtime's manager: %v", err)
		}
	})

	configMaps := w.typed.CoreV1().ConfigMaps("default")
	watcher := need(configMaps.Watch(w.ctx, metav1.ListOptions{}))(t)
	defer watcher.Stop()
	next := func(kind watch.EventType, replicas string) {
		t.Helper()
		event, open := <-watcher.ResultChan()
		description, ok := event.Object.(*corev1.ConfigMap)
		if !open || !ok {
			t.Fatalf("the watch sent %v, want %s", event, kind)
		}
		if event.Type != kind || description.Name != "web" || description.Data["replicas"] != replicas {
			t.Errorf("the watch sent %s %s with %s, want %s web with %s", event.Type, description.Name, description.Data, kind, replicas)
		}
	}
	deployments := w.typed.AppsV1().Deployments("default")
	one, three := int32(1), int32(3)
	labels := map[string]string{"app": "web"}
	deployment := need(deployments.Create(w.ctx, &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "web"},
		Spec: appsv1.DeploymentSpec{
			Replicas: &one, Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "example.com/web:1"}}},
			},
		},
	}, metav1.CreateOptions{}))(t)
	next(watch.Added, "1")
	deployment.Spec.Replicas = &three
	need(deployments.Update(w.ctx, deployment, metav1.UpdateOptions{}))(t)
	next(watch.Modified, "3")
	w.noError(configMaps.Delete(w.ctx, "web", metav1.DeleteOptions{}))
	next(watch.Deleted, "3")
	next(watch.Added, "3") // the controller was told of it by its owner reference
	w.noError(deployments.Delete(w.ctx, "web", metav1.DeleteOptions{}))
	next(watch.Deleted, "3")
}
