-- Runs in `nvim --headless`: attaches the built-in client to `forksight server --stdio`, opens a Python file and an
-- ini file, and writes what it sees to the file named by FORKSIGHT_OUT. Waits for diagnostics, not for time.

local root = vim.env.FORKSIGHT_ROOT
local severities = { 'error', 'warning', 'information', 'hint' }
local limit = 60000
local seen = {}

local function fail(message)
  vim.fn.writefile({ vim.fn.json_encode({ failed = message }) }, vim.env.FORKSIGHT_OUT)
  vim.cmd('qall!')
end

local function diagnostics()
  local list = {}
  for _, one in ipairs(vim.diagnostic.get(nil)) do
    local path = vim.api.nvim_buf_get_name(one.bufnr):sub(#root + 2)
    table.insert(list, {
      path = path,
      line = one.lnum + 1,
      column = one.col + 1,
      severity = severities[one.severity],
      rule = one.user_data and one.user_data.lsp and one.user_data.lsp.code or vim.NIL,
      message = one.message,
      source = one.source,
    })
  end
  return list
end

local function wait(what, condition)
  if not vim.wait(limit, condition, 20) then fail('waited in vain for ' .. what) end
end

local done = false
local client = vim.lsp.start_client({
  name = 'forksight',
  cmd = { vim.env.FORKSIGHT_NODE, vim.env.FORKSIGHT_CLI, 'server', '--stdio' },
  root_dir = root,
  workspace_folders = { { uri = vim.uri_from_fname(root), name = root } },
  handlers = {
    ['forksight/analysis'] = function(_, status)
      done = status.state == 'done'
      if status.state == 'failed' then fail(table.concat(status.notes, '; ')) end
    end,
  },
})
if not client then fail('the client did not start') end

-- As people configure it: every Python or ini file that is opened belongs to the client.
vim.api.nvim_create_autocmd('BufReadPost', {
  pattern = { '*.py', '*.ini' },
  callback = function(event) vim.lsp.buf_attach_client(event.buf, client) end,
})
vim.cmd('edit ' .. vim.env.FORKSIGHT_OPEN)
local python = vim.api.nvim_get_current_buf()
wait('the first findings', function() return done and #vim.diagnostic.get(nil) > 0 end)
seen.first = diagnostics()

local first = vim.diagnostic.get(python)[1]
if not first then fail('nothing in the open file') end
local params = {
  textDocument = vim.lsp.util.make_text_document_params(python),
  range = {
    start = { line = first.lnum, character = first.col },
    ['end'] = { line = first.lnum, character = first.col },
  },
  context = { diagnostics = {} },
}
local answers = vim.lsp.buf_request_sync(python, 'textDocument/codeAction', params, limit)
seen.actions = {}
for _, action in ipairs(answers and answers[client] and answers[client].result or {}) do
  table.insert(seen.actions, { title = action.title, preferred = action.isPreferred == true })
  if action.isPreferred and not seen.applied then
    vim.lsp.util.apply_workspace_edit(action.edit, vim.lsp.get_client_by_id(client).offset_encoding)
    seen.applied = action.title
  end
end
wait('the fixed finding to go', function() return done and #vim.diagnostic.get(python) == 0 end)
seen.fixed = diagnostics()

vim.fn.writefile({ vim.fn.json_encode(seen) }, vim.env.FORKSIGHT_OUT)
vim.lsp.stop_client(client)
vim.wait(5000, function() return vim.lsp.get_client_by_id(client) == nil end, 20)
vim.cmd('qall!')
