"""Random Python programs, run by CPython: the truth for tests/programs.rs.

Called with a first seed, a number of seeds and a directory. Makes a directory of each seed with a program in it, runs it
with a `redis` that notes who constructs its class, and prints a line of JSON for each: the seed, where the class was
constructed, and which lines ran. A program that fails is left out, since it says nothing.
"""
import json
import os
import random
import subprocess
import sys


class Program:
    """Makes the modules of one program; what a name holds is kept beside it.

    C is the banned class, S another, M the module, F a function that gives the class, G one that gives another.
    """

    def __init__(s,seed):
        s.r=random.Random(seed); s.n=0; s.files={}; s.mods=[]  # mods: (name, exported {name:kind})
    def fresh(s,p='v'): s.n+=1; return f'{p}{s.n}'
    def pick(s,l): return s.r.choice(l)
    def module(s,name,deps):
        r=s.r; out=[]; env={}   # name -> kind: 'C' class banned, 'S' safe class, 'M' redis module, 'F' function returning C, 'I' instance maker fn
        ex=out.append
        if r.random()<.6:
            k=r.random()
            if k<.3: ex('import redis'); env['redis']='M'
            elif k<.5: a=s.fresh('r'); ex(f'import redis as {a}'); env[a]='M'
            elif k<.7: ex('from redis import Redis'); env['Redis']='C'
            elif k<.85: a=s.fresh('R'); ex(f'from redis import Redis as {a}, Other'); env[a]='C'; env['Other']='S'
            elif k<.93: ex('from redis import *'); env['Redis']='C'; env['Other']='S'
            else: a=s.fresh('R'); ex(f'try:\n    from redis import Redis as {a}\nexcept ImportError:\n    {a} = None'); env[a]='C'
        for dep,exp in deps:
            if r.random()<.7 and exp:
                k=r.random()
                if k<.45:
                    n=s.pick(list(exp)); a=s.fresh('n') if r.random()<.5 else n
                    ex(f'from {dep} import {n}'+(f' as {a}' if a!=n else '')); env[a]=exp[n]
                elif k<.6:
                    ex(f'from {dep} import *'); env.update({n:k2 for n,k2 in exp.items() if not n.startswith('_')})
                elif k<.8:
                    a=s.fresh('m'); ex(f'import {dep} as {a}'); env[a]=('mod',exp)
                else:
                    if '.' not in dep: ex(f'import {dep}'); env[dep]=('mod',exp)
        if r.random()<.5: ex(f'class Safe{name[-1]}:\n    def __init__(self, *a, **k): pass'); env[f'Safe{name[-1]}']='S'
        s.body(out,env,0,r.randint(4,10),True)
        s.files[name]='\n'.join(out)+'\n'
        return {n:k for n,k in env.items() if not n.startswith('_')}
    def cexpr(s,env,d=0):
        """expression evaluating to a class (banned or safe), with kind"""
        r=s.r; c=[]
        for n,k in env.items():
            if k in('C','S'): c.append((n,k))
            elif k=='M': c+= [(f'{n}.Redis','C'),(f'{n}.Other','S')]
            elif k=='F': c.append((f'{n}()','C'))
            elif k=='G': c.append((f'{n}()','S'))
            elif isinstance(k,tuple) and k[0]=='mod':
                c+=[(f'{n}.{m}',kk) for m,kk in k[1].items() if kk in('C','S')]
                c+=[(f'{n}.{m}.Redis','C') for m,kk in k[1].items() if kk=='M']
            elif isinstance(k,tuple) and k[0]=='cls':
                c+=[(f'{n}.{a}',kk) for a,kk in k[1].items() if kk in 'CS']
        if not c: return None
        e,k=s.pick(c)
        x=r.random()
        if d<2:
            if x<.06: return (f'(None or {e})',k)
            if x<.12: return (f'({e} if True else None)',k)
            if x<.16: return (f'(lambda: {e})()',k)
            if x<.2 and '(' not in e and '.' in e: o,a=e.rsplit('.',1); return (f'getattr({o}, "{a}")',k)
            if x<.23: v=s.fresh('w'); env[v]=k; return (f'({v} := {e})',k)
        return (e,k)
    def body(s,out,env,ind,count,module=False):
        r=s.r; P='    '*ind
        for _ in range(count):
            k=r.random(); c=s.cexpr(env)
            if c is None: out.append(P+'pass'); continue
            e,kind=c
            if k<.22: out.append(f'{P}{e}()')
            elif k<.36: v=s.fresh() if r.random()<.7 else s.pick([n for n in env if env[n] in('C','S')] or ['zz']); out.append(f'{P}{v} = {e}'); env[v]=kind
            elif k<.42: v=s.fresh('K'); out.append(f'{P}class {v}({e}): pass') if ':=' not in e and 'lambda' not in e else out.append(P+'pass'); 
            elif k<.47: v=s.fresh('a'); out.append(f'{P}from functools import partial as p{v}\n{P}p{v}({e})()' )
            elif k<.57 and ind<2:
                f=s.fresh('f'); sub=dict(env); out.append(f'{P}def {f}():'); s.body(out,sub,ind+1,r.randint(1,3)); 
                if r.random()<.5:
                    c2=s.cexpr(sub)
                    if c2: out.append(f'{P}    return {c2[0]}'); env[f]='F' if c2[1]=='C' else 'G'; 
                out.append(f'{P}{f}()')
            elif k<.63: 
                v=s.fresh('f'); out.append(f'{P}def {v}(x, y={e}):\n{P}    y()\n{P}{v}(1)')
            elif k<.7:
                v=s.fresh('A'); out.append(f'{P}class {v}:\n{P}    factory = {e}\n{P}    def go(self):\n{P}        return self.factory()\n{P}    @classmethod\n{P}    def make(cls):\n{P}        return cls.factory()\n{P}{v}().go()\n{P}{v}.make()'); env[v]=('cls',{'factory':kind})
            elif k<.75:
                v=s.fresh('A'); out.append(f'{P}class {v}:\n{P}    def __init__(self):\n{P}        self.k = {e}\n{P}    def go(self):\n{P}        return self.k()\n{P}{v}().go()')
            elif k<.8: v=s.fresh('l'); out.append(f'{P}for {v} in ({e}, None):\n{P}    {v} and {v}()')
            elif k<.84: out.append(f'{P}[{e}() for _ in range(1)]')
            elif k<.88: v=s.fresh('q'); out.append(f'{P}{v}, z = {e}, 1\n{P}{v}()')
            elif k<.92 and ind: v=s.fresh('g'); out.append(f'{P}global {v}\n{P}{v} = {e}\n{P}{v}()')
            elif k<.95: v=s.fresh('d'); out.append(f'{P}def {v}(x): return x\n{P}@{v}\n{P}@{e}\n{P}def {v}2(): pass') if e.replace('.','').replace('_','').isalnum() else out.append(P+'pass')
            elif k<.97: v=s.fresh('t'); out.append(f'{P}try:\n{P}    {v} = {e}\n{P}except Exception:\n{P}    {v} = None\n{P}{v}()')
            else: v=s.fresh('m'); out.append(f'{P}match {e}:\n{P}    case {v}:\n{P}        {v}()')


HARNESS = '''
import sys, json, types, traceback
rec=[]
ROOT=sys.argv[1]
import os
class Redis:
    def __new__(cls,*a,**k):
        f=sys._getframe(1)
        while f and not f.f_code.co_filename.startswith(ROOT): f=f.f_back
        if f:
            pos=list(f.f_code.co_positions())[f.f_lasti//2]
            rec.append((os.path.relpath(f.f_code.co_filename,ROOT),pos[0],pos[2]+1))
        return object.__new__(cls)
    def __init__(self,*a,**k): pass
class Other:
    def __init__(self,*a,**k): pass
m=types.ModuleType('redis'); m.Redis=Redis; m.Other=Other; sys.modules['redis']=m
sys.path.insert(0,ROOT)
lines=set()
def tr(f,e,a):
    if not f.f_code.co_filename.startswith(ROOT): return None
    if e=='line': lines.add((os.path.relpath(f.f_code.co_filename,ROOT),f.f_lineno))
    return tr
sys.settrace(tr)
try:
    import main
except Exception as e:
    print(json.dumps({'error':traceback.format_exc()[-300:]})); sys.exit()
sys.settrace(None)
print(json.dumps({'rec':sorted(set(rec)),'lines':sorted(lines)}))
'''


def run(seed, root):
    program = Program(seed)
    modules = []
    for number in range(program.r.randint(0, 3)):
        name = f"mod{number}"
        modules.append((name, program.module(name, list(modules))))
    program.module("main", modules)
    directory = os.path.join(os.path.realpath(root), str(seed))
    os.makedirs(directory)
    for name, text in program.files.items():
        with open(os.path.join(directory, name + ".py"), "w") as file:
            file.write(text)
    ran = subprocess.run([sys.executable, "-c", HARNESS, directory], capture_output=True, text=True, timeout=60)
    told = json.loads(ran.stdout.strip().split("\n")[-1])
    if "error" not in told:
        constructed = sorted({(path, line) for path, line, _ in told["rec"]})
        print(json.dumps({"seed": seed, "constructed": constructed, "ran": told["lines"]}))


if __name__ == "__main__":
    first, count = int(sys.argv[1]), int(sys.argv[2])
    for seed in range(first, first + count):
        run(seed, sys.argv[3])
