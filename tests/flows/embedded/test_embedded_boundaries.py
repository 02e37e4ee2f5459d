"""What the embedded AWS shows of itself, and how it says no."""

import os
import signal
import socket
import ssl
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from botocore.exceptions import ClientError

from local.aws import process
from local.aws.place import Place, StateOfAnotherVersion
from local.deploy import DeployFailed, deploy
from local.environment import embedded
from tests.flows.embedded.waiting import until

LOOPBACK = {"0100007F", "00000000000000000000000001000000"}
LISTENS = "0A"


def descendants(pid: int) -> set[int]:
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        parents[int(stat.parent.name)] = int(fields[1])
    tree = {pid}
    while more := {child for child, parent in parents.items() if parent in tree} - tree:
        tree |= more
    return tree


def listening(pids: set[int]) -> list[tuple[str, int]]:
    """(address, port) of every TCP socket that one of the processes listens on."""
    inodes = {
        str(link.readlink())
        for pid in pids
        for link in Path(f"/proc/{pid}/fd").glob("*")
        if link.is_symlink() and str(link.readlink()).startswith("socket:")
    }
    found = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTENS and f"socket:[{fields[9]}]" in inodes:
                address, port = fields[1].split(":")
                found.append((address, int(port, 16)))
    return found


def test_nothing_listens_beyond_the_loopback(cloud, names):
    cloud.client("lambda").invoke(FunctionName=names["Act"], Payload=b'{"do": "nothing"}')
    pid = process.find(Place(root=Path(cloud.ca).parents[1])).pid

    open_ports = listening(descendants(pid))

    assert open_ports, "the server itself listens"
    assert {address for address, _ in open_ports} <= LOOPBACK
    assert {port for _, port in open_ports} == {int(cloud.endpoint.rpartition(":")[2])}


@pytest.mark.parametrize("access_key", ["the root's", "test", "000000000000", "AKIAUNKNOWN000000000"])
@pytest.mark.parametrize(
    ("service", "ask"),
    [("s3", lambda s3: s3.list_buckets()), ("dynamodb", lambda tables: tables.list_tables())],
)
def test_strict_mode_refuses_whoever_does_not_know_the_secret(cloud, access_key, service, ask):
    key = cloud.access_key if access_key == "the root's" else access_key
    stranger = replace(cloud, access_key=key, secret_key="test")  # noqa: S106 - a wrong one

    with pytest.raises(ClientError, match=r"SignatureDoesNotMatch|Invalid|Unrecognized|AccessDenied"):
        ask(stranger.client(service))


def test_strict_mode_refuses_who_says_nothing_of_himself(cloud, names):
    cloud.client("s3").put_object(Bucket=names["Incoming"], Key="incoming/x", Body=b"original")
    trust = ssl.create_default_context(cafile=str(cloud.ca))

    answers = [
        httpx.get(f"{cloud.endpoint}/{names['Incoming']}/incoming/x", verify=trust, trust_env=False),
        httpx.put(f"{cloud.endpoint}/{names['Incoming']}/y", content=b"", verify=trust, trust_env=False),
        httpx.get(f"{cloud.endpoint}/2015-03-31/functions", verify=trust, trust_env=False),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/_ministack/reset"),
        ("POST", "/_ministack/config"),
        ("GET", "/_ministack/sqs/messages"),
        ("GET", "/_ministack/health"),
        ("GET", "/_localstack/health"),
    ],
)
def test_what_no_aws_service_answers_is_closed(cloud, names, method, path):
    trust = ssl.create_default_context(cafile=str(cloud.ca))

    answer = httpx.request(method, f"{cloud.endpoint}{path}", verify=trust, trust_env=False)

    assert answer.status_code == 404
    assert cloud.client("s3").head_bucket(Bucket=names["Ledger"])


def test_an_end_leaves_no_worker_behind(assembly):
    with embedded(strict=True) as cloud:
        outputs = deploy(assembly, cloud)[0].outputs
        cloud.client("lambda").invoke(FunctionName=outputs["Act"], Payload=b'{"do": "nothing"}')
        tree = descendants(process.find(Place(root=Path(cloud.ca).parents[1])).pid)
        assert len(tree) > 1

    assert until(lambda: not [pid for pid in tree if process.is_alive(pid)])


def test_strict_mode_is_trusted_only_with_its_own_ca(cloud):
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(cloud.endpoint, trust_env=False)


def test_two_instances_run_side_by_side(cloud, tmp_path):
    with embedded(strict=False, state=tmp_path / "other") as other:
        other.client("s3").create_bucket(
            Bucket="only-here", CreateBucketConfiguration={"LocationConstraint": other.region}
        )

        assert [b["Name"] for b in other.client("s3").list_buckets()["Buckets"]] == ["only-here"]
        assert "only-here" not in [b["Name"] for b in cloud.client("s3").list_buckets()["Buckets"]]


def test_everything_lies_in_the_state_folder_with_its_owners_permissions(cloud):
    root = Path(cloud.ca).parents[1]

    secrets = [root / "root.json", root / "tls" / "server-key.pem"]

    assert root.stat().st_mode & 0o077 == 0
    assert [path.stat().st_mode & 0o777 for path in secrets] == [0o600, 0o600]


def test_a_process_number_that_another_program_has_by_now_is_left_alone(tmp_path):
    place = Place(root=tmp_path)
    bystander = subprocess.Popen(["/bin/sleep", "60"])
    place.instance.write_text(f'{{"pid": {bystander.pid}, "port": 1, "strict": false}}')

    was_running = process.stop(place)

    assert was_running is False
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


def test_a_taken_port_is_named(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(process.CannotStart, match=f"port {port} .* is taken"):
            process.start(Place(root=tmp_path), strict=False, port=port)


def test_a_process_that_dies_shows_the_end_of_its_log(tmp_path):
    place = Place(root=tmp_path)
    place.prepare()
    damaged = b"00000000 {}\n" + b"00000000 {}\n"
    (tmp_path / "journal" / "00000001.jsonl").write_bytes(damaged)

    with pytest.raises(process.CannotStart, match="JournalDamaged"):
        process.start(place, strict=False, follow=True)


def test_a_snapshot_that_cannot_be_read_ends_the_boot_and_is_kept(tmp_path):
    place = Place(root=tmp_path)
    place.prepare()
    (tmp_path / "state" / "kms.json").write_text('{"half": ')

    with pytest.raises(process.CannotStart, match="JSONDecodeError"):
        process.start(place, strict=False, follow=True)

    assert (tmp_path / "state" / "kms.json").read_text() == '{"half": '


def test_a_state_folder_of_another_version_is_refused(tmp_path):
    (tmp_path / "version").write_text("layout 0, ministack 1.0.0\n")

    with pytest.raises(StateOfAnotherVersion, match=r"layout 0, ministack 1\.0\.0"):
        process.start(Place(root=tmp_path), strict=False)


def test_an_instance_ends_with_the_process_that_asked_for_it(tmp_path):
    program = (
        "import sys, pathlib\n"
        "from local.aws import process\n"
        "from local.aws.place import Place\n"
        "place = Place(root=pathlib.Path(sys.argv[1]))\n"
        "print(process.start(place, strict=False, follow=True).pid, flush=True)\n"
        "sys.stdin.read()\n"
    )
    parent = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=process.CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    pid = int(parent.stdout.readline())
    assert process.is_alive(pid)

    os.kill(parent.pid, signal.SIGKILL)
    parent.wait()

    assert until(lambda: not process.is_alive(pid))
    parent.stdin.close()
    parent.stdout.close()


def test_a_failed_deployment_names_the_resource_and_the_reason(cloud, tmp_path):
    (tmp_path / "Bad.template.json").write_text(
        '{"Resources": {"Twice": {"Type": "AWS::S3::Bucket", "Properties": '
        '{"BucketEncryption": {"ServerSideEncryptionConfiguration": '
        '[{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "rot13"}}]}}}}}'
    )
    (tmp_path / "manifest.json").write_text(
        '{"artifacts": {"Bad": {"type": "aws:cloudformation:stack", '
        '"properties": {"templateFile": "Bad.template.json"}}}}'
    )

    with pytest.raises(DeployFailed, match=r"AWS::S3::Bucket Twice: .*MalformedXML"):
        deploy(tmp_path, cloud)
