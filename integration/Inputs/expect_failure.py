"""Runs commands that have to fail the way a user deserves: one error, no crash, nothing left behind."""
import os
import re
import shutil
import subprocess


class Failures:
    def __init__(self, folder):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        self.folder = folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, contents):
        mode = "wb" if isinstance(contents, bytes) else "w"
        with open(self.path(name), mode) as file:
            file.write(contents)
        return self.path(name)

    def expect(self, case, command, status=1, **keywords):
        """Prints `case: message` for the caller to check."""
        before = sorted(os.listdir(self.folder))
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120, **keywords)
        text = run.stderr.decode(errors="replace")
        errors = re.findall(r"^.*\berror: .*$", text, re.MULTILINE)
        problems = []
        if run.returncode != status:
            problems.append("status %d instead of %d" % (run.returncode, status))
        if len(errors) != 1:
            problems.append("%d errors instead of one" % len(errors))
        after = sorted(os.listdir(self.folder))
        if after != before:
            problems.append("left behind: %s" % sorted(set(after) - set(before)))
        for problem in problems:
            print("%s: WRONG: %s\n%s" % (case, problem, text))
        for error in errors:
            print("%s: %s" % (case, error.replace(self.folder + "/", "")))

    def compile(self, case, model, *options):
        self.expect(case, ["streamtensor", "compile", model, "-o", self.path("out"), *options])
