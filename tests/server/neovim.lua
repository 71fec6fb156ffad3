-- Opens a file, waits for its diagnostic, applies the safe code action, waits until the file is clean, and saves it.
local patience = 60000
local function fail(words)
  io.stderr:write(words .. '\n')
  vim.cmd('cquit')
end
vim.opt.swapfile = false
local id = vim.lsp.start_client({ name = 'ssot', cmd = { vim.env.SSOT_BINARY, 'server' }, root_dir = vim.env.SSOT_ROOT })
vim.cmd('edit ' .. vim.env.SSOT_ROOT .. '/app/use.py')
vim.lsp.buf_attach_client(0, id)
if not vim.wait(patience, function() return #vim.diagnostic.get(0) == 1 end) then fail('no diagnostic came') end
local found = vim.diagnostic.get(0)[1]
io.stdout:write(found.code .. ' ' .. found.lnum .. ' ' .. found.col .. '\n')
local place = { line = found.lnum, character = found.col }
local params = {
  textDocument = vim.lsp.util.make_text_document_params(0),
  range = { start = place, ['end'] = place },
  context = { diagnostics = {} },
}
local answers = vim.lsp.buf_request_sync(0, 'textDocument/codeAction', params, patience) or {}
local encoding = vim.lsp.get_client_by_id(id).offset_encoding
local applied = false
for _, action in ipairs((answers[id] or {}).result or {}) do
  if action.isPreferred then
    vim.lsp.util.apply_workspace_edit(action.edit, encoding)
    applied = true
  end
end
if not applied then fail('no safe action: ' .. vim.inspect(answers)) end
if not vim.wait(patience, function() return #vim.diagnostic.get(0) == 0 end) then fail('it is not clean') end
vim.cmd('write')
vim.cmd('qall!')
