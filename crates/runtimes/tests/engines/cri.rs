//! Kubernetes' interface, as CRI-O has it.

use std::pin::Pin;

use k8s_cri::v1 as cri;
use k8s_cri::v1::runtime_service_server::{RuntimeService, RuntimeServiceServer};
use tonic::{Request, Response, Status};

use super::*;

type Later<'a, T> = Pin<Box<dyn Future<Output = Result<Response<T>, Status>> + Send + 'a>>;

/// An engine with one pod: a container and its sandbox.
pub struct Engine;

const SANDBOX: &str = "0000000000000000000000000000000000000000000000000000000000000001";
pub const UID: &str = "0d1ef8a5-2c37-4a51-9c3b-7f2f0c9b6a11";

fn map(rows: &[(&str, &str)]) -> std::collections::HashMap<String, String> {
    let own = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
    rows.iter().map(own).collect()
}

fn pod() -> cri::PodSandboxMetadata {
    cri::PodSandboxMetadata {
        name: "web-5d".to_owned(),
        uid: UID.to_owned(),
        namespace: "shop".to_owned(),
        attempt: 0,
    }
}

fn container(id: &str) -> Result<cri::ContainerStatusResponse, Status> {
    if id != ID {
        return Err(Status::not_found("no such container"));
    }
    let status = cri::ContainerStatus {
        id: ID.to_owned(),
        metadata: Some(cri::ContainerMetadata {
            name: "web".to_owned(),
            attempt: 0,
        }),
        image: Some(cri::ImageSpec {
            image: "0123456789abcdef".to_owned(),
            user_specified_image: "docker.io/library/busybox:1".to_owned(),
            ..cri::ImageSpec::default()
        }),
        image_ref: format!("docker.io/library/busybox@{DIGEST}"),
        labels: map(&[
            ("io.kubernetes.container.name", "web"),
            ("io.kubernetes.pod.name", "web-5d"),
            ("io.kubernetes.pod.namespace", "shop"),
            ("io.kubernetes.pod.uid", UID),
        ]),
        ..cri::ContainerStatus::default()
    };
    Ok(cri::ContainerStatusResponse {
        status: Some(status),
        ..cri::ContainerStatusResponse::default()
    })
}

fn sandbox(id: &str) -> Result<cri::PodSandboxStatusResponse, Status> {
    if id != SANDBOX {
        return Err(Status::not_found("no such sandbox"));
    }
    let status = cri::PodSandboxStatus {
        id: SANDBOX.to_owned(),
        metadata: Some(pod()),
        labels: map(&[("app", "web")]),
        ..cri::PodSandboxStatus::default()
    };
    Ok(cri::PodSandboxStatusResponse {
        status: Some(status),
        ..cri::PodSandboxStatusResponse::default()
    })
}

fn sandboxes(filter: Option<cri::PodSandboxFilter>) -> cri::ListPodSandboxResponse {
    let wanted = filter
        .map(|filter| filter.label_selector)
        .unwrap_or_default();
    let found = wanted
        .get("io.kubernetes.pod.uid")
        .is_some_and(|uid| uid == UID);
    let sandbox = cri::PodSandbox {
        id: SANDBOX.to_owned(),
        metadata: Some(pod()),
        labels: map(&[("app", "web")]),
        ..cri::PodSandbox::default()
    };
    cri::ListPodSandboxResponse {
        items: if found { vec![sandbox] } else { Vec::new() },
    }
}

/// What tonic's attribute makes of `async fn`, for the many calls that are not expected.
macro_rules! refuse {
    ($($name:ident($request:ty) -> $answer:ty;)*) => { $(
        fn $name<'a, 'b>(&'a self, _: Request<$request>) -> Later<'b, $answer>
        where
            'a: 'b,
            Self: 'b,
        {
            Box::pin(async { Err(Status::unimplemented("not asked for")) })
        }
    )* };
}

macro_rules! answer {
    ($($name:ident($request:ty) -> $answer:ty: $body:expr;)*) => { $(
        fn $name<'a, 'b>(&'a self, request: Request<$request>) -> Later<'b, $answer>
        where
            'a: 'b,
            Self: 'b,
        {
            let answer: fn($request) -> Result<$answer, Status> = $body;
            Box::pin(async move { answer(request.into_inner()).map(Response::new) })
        }
    )* };
}

impl RuntimeService for Engine {
    type GetContainerEventsStream = Pin<
        Box<dyn tokio_stream::Stream<Item = Result<cri::ContainerEventResponse, Status>> + Send>,
    >;

    answer! {
        container_status(cri::ContainerStatusRequest) -> cri::ContainerStatusResponse:
            |request| container(&request.container_id);
        pod_sandbox_status(cri::PodSandboxStatusRequest) -> cri::PodSandboxStatusResponse:
            |request| sandbox(&request.pod_sandbox_id);
        list_pod_sandbox(cri::ListPodSandboxRequest) -> cri::ListPodSandboxResponse:
            |request| Ok(sandboxes(request.filter));
    }

    refuse! {
        version(cri::VersionRequest) -> cri::VersionResponse;
        run_pod_sandbox(cri::RunPodSandboxRequest) -> cri::RunPodSandboxResponse;
        stop_pod_sandbox(cri::StopPodSandboxRequest) -> cri::StopPodSandboxResponse;
        remove_pod_sandbox(cri::RemovePodSandboxRequest) -> cri::RemovePodSandboxResponse;
        create_container(cri::CreateContainerRequest) -> cri::CreateContainerResponse;
        start_container(cri::StartContainerRequest) -> cri::StartContainerResponse;
        stop_container(cri::StopContainerRequest) -> cri::StopContainerResponse;
        remove_container(cri::RemoveContainerRequest) -> cri::RemoveContainerResponse;
        list_containers(cri::ListContainersRequest) -> cri::ListContainersResponse;
        update_container_resources(cri::UpdateContainerResourcesRequest) -> cri::UpdateContainerResourcesResponse;
        reopen_container_log(cri::ReopenContainerLogRequest) -> cri::ReopenContainerLogResponse;
        exec_sync(cri::ExecSyncRequest) -> cri::ExecSyncResponse;
        exec(cri::ExecRequest) -> cri::ExecResponse;
        attach(cri::AttachRequest) -> cri::AttachResponse;
        port_forward(cri::PortForwardRequest) -> cri::PortForwardResponse;
        container_stats(cri::ContainerStatsRequest) -> cri::ContainerStatsResponse;
        list_container_stats(cri::ListContainerStatsRequest) -> cri::ListContainerStatsResponse;
        pod_sandbox_stats(cri::PodSandboxStatsRequest) -> cri::PodSandboxStatsResponse;
        list_pod_sandbox_stats(cri::ListPodSandboxStatsRequest) -> cri::ListPodSandboxStatsResponse;
        update_runtime_config(cri::UpdateRuntimeConfigRequest) -> cri::UpdateRuntimeConfigResponse;
        status(cri::StatusRequest) -> cri::StatusResponse;
        checkpoint_container(cri::CheckpointContainerRequest) -> cri::CheckpointContainerResponse;
        list_metric_descriptors(cri::ListMetricDescriptorsRequest) -> cri::ListMetricDescriptorsResponse;
        list_pod_sandbox_metrics(cri::ListPodSandboxMetricsRequest) -> cri::ListPodSandboxMetricsResponse;
        runtime_config(cri::RuntimeConfigRequest) -> cri::RuntimeConfigResponse;
        get_container_events(cri::GetEventsRequest) -> Self::GetContainerEventsStream;
    }
}

#[test]
fn a_container_has_its_pods_names_and_labels() {
    let path = socket();
    serve!(path, RuntimeServiceServer::new(Engine));
    let named = ask(&runtimes(&[(Kind::Cri, &path)]), ID).unwrap();
    assert_eq!(named.name.as_deref(), Some("web"));
    assert_eq!(named.image.as_deref(), Some("docker.io/library/busybox:1"));
    assert_eq!(named.image_digest.as_deref(), Some(DIGEST));
    assert_eq!(named.sandbox, Some(false));
    let pod = named.pod.unwrap();
    assert_eq!(pod.name.as_deref(), Some("web-5d"));
    assert_eq!(pod.namespace.as_deref(), Some("shop"));
    assert_eq!(pod.uid.as_deref(), Some(UID));
    assert_eq!(pod.labels["app"], "web");
    std::fs::remove_file(path).unwrap();
}

#[test]
fn a_sandbox_is_named_by_its_pod() {
    let path = socket();
    serve!(path, RuntimeServiceServer::new(Engine));
    let named = ask(&runtimes(&[(Kind::Cri, &path)]), SANDBOX).unwrap();
    assert_eq!((named.name, named.sandbox), (None, Some(true)));
    let pod = named.pod.unwrap();
    assert_eq!(pod.name.as_deref(), Some("web-5d"));
    assert_eq!(pod.labels["app"], "web");
    std::fs::remove_file(path).unwrap();
}
