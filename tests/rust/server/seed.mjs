// What the document shows for front ends, word for word, as if in a page of the service: addresses are its own, the
// cookie is what `/` gave. Time runs twenty times as fast.

const [service, projectId] = process.argv.slice(2);
const rtmText = 'REQ-001: User shall be able to login...';
const cookie = (await globalThis.fetch(service + '/')).headers.get('set-cookie').split(';')[0];
const fetch = (path, options = {}) =>
    globalThis.fetch(service + path, { ...options, headers: { ...options.headers, cookie } });
const setTimeout = (action, milliseconds) => globalThis.setTimeout(action, milliseconds / 20);

// Create a task
const response = await fetch('/api/v1/tasks/generate-test-cases', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({
        rtm_content: rtmText,
        project_id: projectId
    })
});

const task = await response.json();
const taskId = task.task_id;

// Poll for completion
const pollTask = async () => {
    const statusResponse = await fetch(`/api/v1/tasks/${taskId}`);
    const taskStatus = await statusResponse.json();

    if (taskStatus.status === 'completed') {
        console.log('Task completed!', taskStatus.result);
    } else if (taskStatus.status === 'failed') {
        console.error('Task failed:', taskStatus.error);
    } else {
        // Still running, poll again
        setTimeout(pollTask, 2000);
    }
};

pollTask();
