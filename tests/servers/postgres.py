"""postgres.py - a PostgreSQL cluster of its own, or the lack of one."""
import glob
import os
import pwd
import shutil
import subprocess

FOLDERS = "/usr/lib/postgresql/*/bin"
USER = "postgres"


def programs_folder():
    """Where the newest one's programs are, or None."""
    found = [folder for folder in glob.glob(FOLDERS)
             if os.path.exists(os.path.join(folder, "initdb"))]
    return max(found, key=lambda folder: float(folder.split("/")[-2]),
               default=None)


class Cluster:
    """Its defaults below a folder that its user may pass, on a unix socket
    that is for nobody else; as root, with the user that came with it, as it
    refuses to be root."""

    def __init__(self, folder, options=""):
        self.programs = programs_folder()
        self.folder = os.path.join(folder, "postgres")
        self.options = options
        self.user = {}
        os.mkdir(self.folder, 0o755)
        if os.getuid() == 0:
            user = pwd.getpwnam(USER)
            os.chown(self.folder, user.pw_uid, user.pw_gid)
            self.user = {"user": user.pw_uid, "group": user.pw_gid,
                         "extra_groups": []}
        self.cluster = os.path.join(self.folder, "cluster")
        self.log = os.path.join(self.folder, "log")

    def __enter__(self):
        self.run("initdb", "-D", self.cluster, "-U", USER, "-A", "trust",
                 "--no-sync")
        self.run("pg_ctl", "-D", self.cluster, "-w", "-l", self.log, "-o",
                 f"-c listen_addresses='' -c unix_socket_permissions=0700 "
                 f"-k {self.folder} {self.options}", "start")
        return self

    def __exit__(self, *_):
        self.run("pg_ctl", "-D", self.cluster, "-w", "-m", "fast", "stop")

    def run(self, program, *arguments):
        done = subprocess.run(
            [os.path.join(self.programs, program), *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE, check=False, cwd=self.folder, text=True,
            **self.user)
        if done.returncode != 0:
            raise RuntimeError(f"{program}: {done.stderr[-1000:]}")

    def query(self, text, database=USER):
        self.run("psql", "-X", "-q", "-h", self.folder, "-U", USER, "-v",
                 "ON_ERROR_STOP=1", "-d", database, "-c", text)

    def environment(self):
        """What a client finds it by, and its own psql."""
        return {"PGHOST": self.folder, "PGUSER": USER,
                "PATH": f"{self.programs}:{os.environ['PATH']}"}

    def pid(self):
        """The one that all others of it are children of."""
        path = os.path.join(self.cluster, "postmaster.pid")
        with open(path, encoding="ascii") as file:
            return int(file.readline())

    def version(self):
        done = subprocess.run(
            [os.path.join(self.programs, "postgres"), "--version"],
            stdout=subprocess.PIPE, check=True, text=True)
        return "PostgreSQL " + done.stdout.split()[2]

    def take(self, path):
        """A file that the server may read."""
        copy = os.path.join(self.folder, "rows")
        shutil.copy(path, copy)
        os.chmod(copy, 0o644)
        return copy
